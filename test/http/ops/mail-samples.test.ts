import { expect } from 'chai';
import { TEXTED_TOPICS } from '../../../src/messages/notices.ts';
import { MESSAGE_ISSUER, MESSAGE_TEMPLATES } from '../../support/delivery/message-samples.ts';
import { type OutboxServer, startOutboxServer } from '../../support/delivery/outbox-server.ts';
import { rawRequest } from '../../support/process/raw-request.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createVisitor } from '../../support/visitor.ts';

describe('the samples page of messages', () => {
  const dataDir = freshDataDir();
  let server: OutboxServer;
  beforeEach(async () => {
    server = await startOutboxServer(dataDir());
  });
  afterEach(() => server.close());

  const get = (path: string) => createVisitor(server.origin).get(path);

  it('lists every message in each language, by mail and by SMS, each with its own name', async () => {
    const { $, name } = await get('/dev/mail');
    expect(name).to.equal('mail-samples');
    const links = $('section a')
      .toArray()
      .map((link) => new URL($(link).attr('href') ?? '', server.origin).pathname);
    const mails = Object.keys(MESSAGE_TEMPLATES).filter(
      (template) => !/-confirming$|-restoring$/.test(template),
    );
    const texts = mails.filter((name) => {
      const template = MESSAGE_TEMPLATES[name];
      return template?.kind === 'notice' && template.about === null && TEXTED_TOPICS.has(template.topic);
    });
    expect(texts).to.have.lengthOf(TEXTED_TOPICS.size);
    const expected = [
      ...mails.map((template) => `/dev/mail/email/${template}`),
      ...['code-sign-in', 'code-set-up', ...texts].map((template) => `/dev/mail/sms/${template}`),
    ].flatMap((path) => [`${path}/en`, `${path}/nl`]);
    expect(links).to.have.members(expected);
    expect($('section[lang=nl]').text()).to.include('Je beveiligingscode om in te loggen');
    const words = $('section a')
      .toArray()
      .map((link) => $(link).text());
    expect(new Set(words).size).to.equal(words.length);
  });

  it('shows each message, and sends nothing', async () => {
    const { $ } = await get('/dev/mail');
    for (const link of $('section a').toArray()) {
      const opened = await get($(link).attr('href') ?? '');
      expect(opened, opened.url).to.include({ status: 200, name: 'outbox-message' });
      const pageContext = opened.$('iframe').attr('src');
      if (pageContext === undefined) expect(opened.url).to.include('/sms/');
      else expect((await get(pageContext)).$('h1')).to.have.lengthOf(1);
    }
    expect(JSON.parse((await get('/dev/outbox.json')).text)).to.deep.equal([]);
  });

  it('uses the requested language and tenant', async () => {
    const acme = await get('/dev/mail/email/code-sign-in/nl/html');
    expect(acme.$('html').attr('lang')).to.equal('nl');
    expect(acme.$('title').text()).to.include('Acme');
    const globex = await get('/dev/mail/email/code-sign-in/en?tenant=globex');
    expect(globex.$('dd').text()).to.include('Globex');
    expect((await get(globex.$('iframe').attr('src') ?? '')).text).to.include('Globex');
    expect((await get('/dev/mail?tenant=__proto__')).$('[aria-current]').first().text()).to.equal('Acme');
  });

  it('links to the configured issuer, whatever host the request names [A75]', async () => {
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' };
    const path = '/dev/mail/email/factor-added/en/html';
    const { status, body } = await rawRequest(Number(new URL(server.origin).port), { path, headers });
    expect(status).to.equal(200);
    expect(body).to.include(`href="${MESSAGE_ISSUER}/`).and.not.include('evil');
  });

  it('answers 404 for an unknown message [A90]', async () => {
    for (const path of [
      '/dev/mail/email/__proto__/en',
      '/dev/mail/email/code-sign-in/xx',
      '/dev/mail/fax/code-sign-in/en',
      '/dev/mail/sms/code-sign-in/en/html',
      '/dev/mail/email/nothing/en/html',
    ]) {
      expect(await get(path), path).to.include({ status: 404, name: 'error' });
    }
  });
});
