/** A code that is refused for good: the page tells it at the next look, and the other ways go on. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import { mailServers } from '../../../support/delivery/mail-server.ts';
import { smsGateways } from '../../../support/delivery/sms-gateway.ts';
import type { Page } from '../../../support/pages/page.ts';
import { eventually } from '../../../support/time/eventually.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { inFirm, proving } from '../enrolment/proof.ts';
import { alertOf, givePassword, hasCode, words } from '../members.ts';
import { desk, reachable } from '../outbox.ts';

const REFUSAL = '550 5.1.1 unknown user, ask postmaster';

describe('a code that is refused for good', () => {
  const startMailServer = mailServers();
  const startGateway = smsGateways();
  const s = interaction(() => {
    const both = desk(
      reachable('ann', 'desk', 'email', { method: 'totp', secret: SECRET }),
      reachable('ben', 'desk', 'email'),
      reachable('cat', 'desk', 'sms'),
    );
    const firm = proving(...inFirm('dan'));
    return {
      tenants: [...(firm.tenants as unknown[]), (both.tenants as unknown[]).at(-1)],
      accounts: [...(both.accounts as unknown[]), ...inFirm('dan')],
    };
  });

  /** A mail server that refuses every recipient, until it is told otherwise. */
  async function refusing() {
    let reply: string | null = REFUSAL;
    const server = await startMailServer({ answer: () => reply });
    await s.app.reload({ mail: { transport: 'smtp', url: `smtp://127.0.0.1:${server.port}` } });
    const accept = () => {
      reply = null;
    };
    return { server, accept };
  }

  /** Looks at the page until it tells of the refusal, as a person does who reloads it. */
  async function told(visitor: Visitor, { url }: Page): Promise<Page> {
    let page = await visitor.get(url);
    await eventually(async () => {
      page = await visitor.get(url);
      expect(page.error).to.equal('delivery_failed');
    });
    return page;
  }

  function expectTold(page: Page, status: number, name: string): void {
    expect([page.status, page.name, page.error]).to.deep.equal([status, name, 'delivery_failed']);
    expect(words(page)).to.include('There is no valid code').and.not.to.include('more second');
    expect(alertOf(page)).not.to.match(/550|5\.1\.1|postmaster|127\.0\.0\.1|@/);
  }

  it('is told on the page at the next look and at the next form, with the other ways [R16]', async () => {
    await refusing();
    const { visitor } = await givePassword(s, 'ann@desk.test');
    const page = await visitor.chooseMethod('email');
    const shown = await told(visitor, page);
    expectTold(shown, 200, 'enter-code');
    // It stays so, and a code that was guessed is counted as ever.
    expectTold(await visitor.get(page.url), 200, 'enter-code');
    const typed = await visitor.submit(page, { code: '000000' });
    expectTold(typed, 422, 'enter-code');
    const { failures } = await lockoutOf('ann@desk.test');
    expect(failures).to.deep.equal({ email: 1 });
    const chooser = await visitor.open(typed.link('choose-method') ?? '');
    await visitor.follow(await visitor.submit(chooser, { method: 'totp' }));
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('is forgotten with the next code, which the same page or the chooser can send [R16]', async () => {
    const { server, accept } = await refusing();
    const { visitor, page } = await givePassword(s, 'ben@desk.test');
    const shown = await told(visitor, page);
    accept();
    s.clock.nextStep(3000);
    const again = await visitor.follow(await visitor.submit(shown, {}, 'resend'));
    expect([again.status, again.error]).to.deep.equal([200, null]);
    expect(words(again)).to.include('more seconds');
    await eventually(async () => expect(server.mails).to.have.lengthOf(1));
    const code = /^Subject: .*\b(\d{6})\b/m.exec(server.mails[0]?.source ?? '')?.[1] ?? '';
    expect(hasCode(await visitor.enterCode(code))).to.equal(true);
  });

  it('is told on the page of a set-up too, before the first factor', async () => {
    const { server } = await refusing();
    const { visitor } = await givePassword(s, 'dan@firm.test');
    const proof = await visitor.chooseMethod('totp');
    const asked = await visitor.follow(await visitor.submit(proof, {}, 'send'));
    expect(asked.name).to.equal('set-up-proof');
    const shown = await told(visitor, asked);
    expectTold(shown, 200, 'set-up-proof');
    expectTold(await visitor.submit(shown, { code: '000000' }), 422, 'set-up-proof');
    expect(shown.link('set-up')).not.to.equal(null);
    expect(server.asked).to.deep.equal(['dan@firm.test']);
  });

  it('is told on the page to which the password leads, where the gateway of text messages refuses at once [R19]', async () => {
    const gateway = await startGateway();
    gateway.answer({ status: 400, body: 'unknown subscriber' });
    await s.app.reload({
      mail: { transport: 'outbox' },
      sms: { transport: 'http', url: `${gateway.url}/send`, allowed_prefixes: ['+31'] },
    });
    const { visitor, page } = await givePassword(s, 'cat@desk.test');
    expectTold(page, 200, 'enter-code');
    expectTold(await visitor.get(page.url), 200, 'enter-code');
    const again = await visitor.submit(page, {}, 'resend');
    expectTold(again, 422, 'enter-code');
    expect(gateway.calls).to.have.lengthOf(2);
  });

  async function lockoutOf(email: string) {
    const { accounts, lockouts } = s.app.parts.stores;
    const account = await accounts.findByEmail(email);
    return lockouts.read(`second-factor:${account?.id}`);
  }
});
