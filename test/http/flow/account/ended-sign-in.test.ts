/** An intruder's unfinished requests fail once the owner or the operator has ended the sign-in. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { runCommand } from '../../../support/process/command.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, errorOf, interaction, nextCode, signIn } from '../../oidc/story.ts';
import { givePassword } from '../members.ts';
import { codeTo, desk, linkIn, reachable, sentTo } from '../outbox.ts';
import { openSecurity } from '../trusted-browsers/trust.ts';

describe('requests under way when a sign-in is ended', () => {
  const app = { method: 'totp', secret: SECRET };
  const s = interaction(() =>
    desk(...'ann ben cat dan'.split(' ').map((name) => reachable(name, 'desk', app, 'email'))),
  );
  const address = (name: string) => `${name}@desk.test`;

  /** In the account, with a fresh factor. */
  async function intruder(name: string): Promise<Visitor> {
    const { visitor } = await givePassword(s, address(name));
    await visitor.chooseMethod('totp');
    await visitor.enterCode(nextCode(s.app));
    return visitor;
  }

  async function labelsOf(name: string): Promise<string[]> {
    const account = await s.app.parts.stores.accounts.findByEmail(address(name));
    const all = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    return all.map(({ label }) => label);
  }

  async function beginsSetUp(visitor: Visitor): Promise<Page> {
    return visitor.follow(await visitor.submit(await openSecurity(s, visitor), {}, 'set-up=totp'));
  }

  /** A form of which all but the last byte is sent at once, and that when it is finished. */
  function slowly(visitor: Visitor, page: Page): () => Promise<IncomingMessage> {
    const typed = { code: nextCode(s.app, page.mark('secret')), label: 'of a thief' };
    const { action, body } = page.form(typed);
    const text = body.toString();
    const form = request(action, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(text),
        'sec-fetch-site': 'same-origin',
        cookie: visitor.jar.getCookieStringSync(action),
      },
    });
    form.write(text.slice(0, -1));
    return async () => {
      form.end(text.slice(-1));
      const [answer] = (await once(form, 'response')) as [IncomingMessage];
      return answer.resume();
    };
  }

  /** As the operator runs it, beside the server. */
  function doublelock(...args: readonly string[]) {
    const { dataDir } = s.app.config.storage;
    return runCommand(args, { cwd: dataDir, env: { DOUBLELOCK_CONFIG: join(dataDir, 'config.yaml') } });
  }

  /** The owner gets a mail about a factor, and says that it was somebody else. */
  async function report(name: string): Promise<void> {
    const mail = (await sentTo(s.app, address(name))).find(({ text }) => text.includes('/not-me/'));
    s.clock.nextStep(1000);
    const owner = s.app.visitor();
    const answer = await owner.submit(await owner.open(linkIn(mail, 'not-me')), {}, 'report');
    expect(answer.status).to.equal(303);
    s.clock.nextStep(1000);
  }

  async function expectOut(visitor: Visitor): Promise<void> {
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect((await visitor.open('/account')).name).to.equal('sign-in');
  }

  it('enrol nothing after the owner has followed "Wasn’t you?" [A48]', async () => {
    const visitor = await intruder('ann');
    const first = await beginsSetUp(visitor);
    await visitor.putAway(await visitor.submit(first, { code: nextCode(s.app, first.mark('secret')) }));
    const finish = slowly(visitor, await beginsSetUp(visitor));
    await report('ann');
    const answer = await finish();
    expect([answer.statusCode, answer.headers.location?.split('?')[0]]).to.deep.equal([303, '/auth']);
    expect(await labelsOf('ann')).not.to.include('of a thief');
    await expectOut(visitor);
  });

  it('enrol nothing after the operator has removed all factors [A58]', async () => {
    const visitor = await intruder('ben');
    const finish = slowly(visitor, await beginsSetUp(visitor));
    const { code } = await doublelock('factors', 'remove', address('ben'), '--all', '--yes');
    expect(code).to.equal(0);
    const answer = await finish();
    expect([answer.statusCode, answer.headers.location?.split('?')[0]]).to.deep.equal([303, '/auth']);
    expect(await labelsOf('ben')).to.deep.equal([]);
    await expectOut(visitor);
  }).timeout(60_000);

  /** Somebody with a phone of their own beside the owner's, in a session whose factor is not fresh any more. */
  async function stale(name: string): Promise<Visitor> {
    const visitor = await intruder(name);
    const page = await beginsSetUp(visitor);
    await visitor.putAway(await visitor.submit(page, { code: nextCode(s.app, page.mark('secret')) }));
    s.clock.nextStep(6 * MINUTE);
    expect((await visitor.open('/account/security')).name).to.equal('choose-method');
    return visitor;
  }

  it('do not restore the session by a step-up whose code was requested before [A48 A58]', async () => {
    const visitor = await stale('cat');
    const asked = await visitor.chooseMethod('email');
    const code = await codeTo(s.app, address('cat'));
    await report('cat');
    await visitor.follow(await visitor.submit(asked, { code }));
    await expectOut(visitor);
  });

  it('do not restore the session by a finished step-up that was not yet resumed [A48 A58]', async () => {
    const visitor = await stale('dan');
    const page = await visitor.chooseMethod('totp');
    const finished = await visitor.submit(page, { code: nextCode(s.app) });
    expect(new URL(finished.location ?? '').pathname).to.match(/^\/auth\//);
    await report('dan');
    await visitor.follow(finished);
    await expectOut(visitor);
    expect((await doublelock('accounts', 'unfreeze', address('dan'))).out).to.include('may change');
    await expectOut(visitor);
    expect(
      (await signIn(s.app, s.app.visitor(), await s.rp.authorizationUrl(), address('dan'))).name,
    ).to.equal('choose-method');
  }).timeout(60_000);
});
