import { expect } from 'chai';
import { createMessageWriter } from '../../../src/messages/templates.ts';
import type { MessageTemplate, Recipient } from '../../../src/ports/senders.ts';
import {
  CODE,
  codeMessage,
  MESSAGE_ISSUER,
  NOT_ME_URL,
  noticeMessage,
} from '../../support/delivery/message-samples.ts';
import { type OutboxServer, startOutboxServer } from '../../support/delivery/outbox-server.ts';
import { SAMPLE_TENANTS } from '../../support/pages/sample-tenants.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createVisitor } from '../../support/visitor.ts';

const MAIL: Recipient = { channel: 'email', to: 'bob@acme.test', tenantId: 'acme', locale: 'nl' };
const SMS: Recipient = { ...MAIL, channel: 'sms', to: '+31612345678' };

describe('the outbox', () => {
  const dataDir = freshDataDir();
  let server: OutboxServer;
  beforeEach(async () => {
    server = await startOutboxServer(dataDir());
  });
  afterEach(() => server.close());

  const get = (path: string) => createVisitor(server.origin).get(path);

  async function send(to: Recipient, template: MessageTemplate): Promise<void> {
    const { clock } = server;
    const write = createMessageWriter({ tenants: SAMPLE_TENANTS, issuer: MESSAGE_ISSUER, clock });
    await server.send(write(to, template));
    clock.nextStep(1_500);
  }

  async function openNewest() {
    const list = await get('/dev/outbox');
    return get(list.$('main article a').last().attr('href') ?? '');
  }

  it('lists sent messages as JSON, newest first, without their HTML [2.8]', async () => {
    await send(MAIL, codeMessage());
    await send(SMS, codeMessage());
    const { status, headers, text } = await get('/dev/outbox.json');

    expect(status).to.equal(200);
    expect(headers).to.include({ 'cache-control': 'no-store' });
    const rows = JSON.parse(text);
    expect(rows.map(({ to }: { to: string }) => to)).to.deep.equal([SMS.to, MAIL.to]);
    for (const row of rows) {
      expect(Object.keys(row)).to.deep.equal(['channel', 'to', 'subject', 'text', 'sent_at']);
    }
    expect(rows[0]).to.include({ channel: 'sms', subject: '', sent_at: '2026-11-29T14:05:01.500Z' });
    expect(rows[0].text).to.match(new RegExp(`\\n@id\\.kantoorzuid\\.example #${CODE}$`));
    expect(rows[1].subject).to.include(CODE);
    expect(rows[1].text).to.match(new RegExp(`\\b${CODE}\\b`));
  });

  it('shows each message as its recipient would see it [2.8]', async () => {
    await send(MAIL, noticeMessage('factor-added', { method: 'totp' }));
    const { $, headers, name } = await openNewest();

    expect(name).to.equal('outbox-message');
    expect($('dd').text()).to.include(MAIL.to).and.include('toegevoegd');
    expect($('iframe').attr()).to.include({ sandbox: '' });
    expect(headers['content-security-policy']).to.match(/frame-ancestors 'none'.*; frame-src 'self'$/);
    expect($(`main a[href="${NOT_ME_URL}"]`)).to.have.lengthOf(1);
    const html = await get($('iframe').attr('src') ?? '');
    expect(html.status).to.equal(200);
    expect(html.$('html').attr('lang')).to.equal('nl');
    expect(html.$('h1').text()).to.include('Er is een tweede stap toegevoegd');
  });

  it('serves the HTML part with a policy that forbids scripts, foreign resources and foreign frames [A93]', async () => {
    await send(MAIL, codeMessage());
    const { $ } = await openNewest();
    const { headers } = await get($('iframe').attr('src') ?? '');
    expect(String(headers['content-security-policy']).split('; ')).to.have.members([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      'sandbox',
    ]);
    expect(headers).to.include({
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it('keeps the URL of a message when others follow', async () => {
    await send(MAIL, codeMessage());
    const first = await openNewest();
    await send(MAIL, codeMessage({ code: '111111' }));
    await send(SMS, codeMessage({ code: '222222' }));
    expect((await get(first.url)).$('dd').text()).to.include(CODE);
  });

  it('shows an SMS as text only', async () => {
    await send(SMS, codeMessage());
    const { $ } = await openNewest();
    expect($('iframe')).to.have.lengthOf(0);
    expect($('.bubble').text()).to.include(`#${CODE}`);
    expect((await get(`${await newestPath()}/html`)).status).to.equal(404);
  });

  async function newestPath(): Promise<string> {
    return new URL((await openNewest()).url).pathname;
  }

  it('escapes sent text [A91]', async () => {
    const hostile = '<b>123456</b>"\'<script>';
    await server.send({
      channel: 'email',
      to: hostile,
      subject: hostile,
      text: hostile,
      html: '<p>',
      expiresAt: null,
    });
    for (const page of [await get('/dev/outbox'), await openNewest()]) {
      expect(page.$('main b, main script')).to.have.lengthOf(0);
      expect(page.$('main').text()).to.include(hostile);
    }
  });

  it('answers 404 for an unknown message [A90]', async () => {
    for (const path of ['/dev/outbox/0', '/dev/outbox/__proto__', '/dev/outbox/x/html', '/dev/outbox/%00']) {
      const page = await get(path);
      expect(page, path).to.include({ status: 404, name: 'error' });
    }
  });
});
