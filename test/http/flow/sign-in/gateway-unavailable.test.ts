/** A gateway of text messages that is away, at sign-in and at a set-up: told at once, and another way goes on. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { inFirm, proving, provingIn } from '../enrolment/proof.ts';
import { alertOf, givePassword, hasCode, words } from '../members.ts';
import { desk, phoneFor, reachable, sentTo } from '../outbox.ts';

const APP = { method: 'totp', secret: SECRET };

describe('an unavailable SMS gateway [R19 R41]', () => {
  let gateway: Server;
  let answers = 503;
  /** The messages that the gateway accepted, newest last. */
  const taken: { to: string; text: string }[] = [];
  let asked = 0;

  before(async () => {
    gateway = createServer((request, response) => {
      asked += 1;
      const { searchParams } = new URL(request.url ?? '/', 'http://gateway.test');
      if (answers === 200) {
        taken.push({ to: searchParams.get('to') ?? '', text: searchParams.get('text') ?? '' });
      }
      response.writeHead(answers).end('x');
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    gateway.closeAllConnections();
    gateway.close();
  });
  beforeEach(() => {
    answers = 503;
    asked = 0;
    taken.length = 0;
  });

  const s = interaction(() => {
    const { port } = gateway.address() as AddressInfo;
    const both = desk(
      reachable('ann', 'desk', APP, 'sms', 'email'),
      reachable('ben', 'desk', 'sms'),
      reachable('cat', 'desk', 'sms'),
    );
    const firm = proving(...inFirm('dan'));
    const [last] = (both.tenants as unknown[]).slice(-1);
    return {
      tenants: [...(firm.tenants as unknown[]), last],
      accounts: [...(both.accounts as unknown[]), ...inFirm('dan')],
      sms: {
        transport: 'http',
        url: `http://127.0.0.1:${port}/send?to={to}&text={text}`,
        method: 'GET',
        allowed_prefixes: ['+31'],
      },
    };
  });
  const { atProof, prove } = provingIn(s);
  const codeIn = () => /\b\d{6}\b/.exec(taken.at(-1)?.text ?? '')?.[0] ?? '';

  it('is reported where the method was chosen, while the other methods work', async () => {
    const { visitor, page } = await givePassword(s, 'ann@desk.test');
    const refused = await visitor.submit(page, { method: 'sms' });
    expect([refused.status, refused.name, refused.error]).to.deep.equal([
      422,
      'choose-method',
      'delivery_failed',
    ]);
    expect(alertOf(refused)).not.to.match(/503|127\.0\.0\.1|gateway/);
    const mailed = await visitor.follow(await visitor.submit(refused, { method: 'email' }));
    expect(mailed.name).to.equal('enter-code');
    await visitor.open(mailed.link('choose-method') ?? '');
    await visitor.chooseMethod('totp');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('receives one request for one message', async () => {
    const { visitor, page } = await givePassword(s, 'ann@desk.test');
    asked = 0;
    expect((await visitor.submit(page, { method: 'sms' })).error).to.equal('delivery_failed');
    expect(asked).to.equal(1);
  });

  it('leaves a person without another method on the code page, which says that no code was sent', async () => {
    const { visitor, page } = await givePassword(s, 'ben@desk.test');
    expect([page.name, page.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'sms']);
    expect(words(page)).to.include('There is no valid code');
    const refused = await visitor.submit(page, {}, 'resend');
    expect([refused.status, refused.name, refused.error]).to.deep.equal([
      422,
      'enter-code',
      'delivery_failed',
    ]);
    s.clock.nextStep(MINUTE);
    answers = 200;
    const sent = await visitor.follow(await visitor.submit(refused, {}, 'resend'));
    expect(words(sent)).to.include('90 more seconds');
    expect(taken.map(({ to }) => to)).to.deep.equal([phoneFor('ben')]);
    expect(hasCode(await visitor.enterCode(codeIn()))).to.equal(true);
  });

  it('leaves the earlier code valid, and the page names that one', async () => {
    s.clock.nextStep(10 * MINUTE);
    answers = 200;
    const { visitor, page } = await givePassword(s, 'cat@desk.test');
    const code = codeIn();
    s.clock.nextStep(10_000);
    answers = 503;
    const refused = await visitor.submit(page, {}, 'resend');
    expect([refused.status, refused.error]).to.deep.equal([422, 'delivery_failed']);
    expect(words(refused)).to.include('80 more seconds');
    expect(hasCode(await visitor.enterCode(code))).to.equal(true);
  });

  it('is reported at an enrolment, which keeps the typed number and can send again', async () => {
    s.clock.nextStep(10 * MINUTE);
    const { visitor, page } = await atProof('dan', 'sms');
    const sms = await prove(visitor, page, 'dan@firm.test');
    const refused = await visitor.submit(sms, { phone: phoneFor('dan') }, 'send');
    expect([refused.status, refused.name, refused.error]).to.deep.equal([
      422,
      'set-up-sms',
      'delivery_failed',
    ]);
    expect(refused.$('[name=phone]').val()).to.equal(phoneFor('dan'));
    answers = 200;
    const sent = await visitor.follow(await visitor.submit(refused, { phone: phoneFor('dan') }, 'send'));
    expect(hasCode(await visitor.putAway(await visitor.submit(sent, { code: codeIn() })))).to.equal(true);
    expect(await sentTo(s.app, phoneFor('dan'))).to.deep.equal([]);
  });
});
