/** A factor that an operator removed and nobody asked for: the owner's link keeps the password alone from signing in. */
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import { runCommand } from '../../../support/process/command.ts';
import { askAgain, errorOf, interaction, nextCode, redeem, refresh, refusal } from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, member, withApp, words } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';

const CONFIRMED = { email_confirmed: true };
const OFFLINE = { scope: 'openid offline_access' };

describe('a removal that nobody asked for', () => {
  const s = interaction(() =>
    accounts(
      ...['ann', 'ben', 'cat'].map((name) => withApp(name, 'open', CONFIRMED)),
      ...['dan', 'eve'].map((name) => withApp(name, 'strict', CONFIRMED)),
      member('chief', 'open', { role: 'admin', ...CONFIRMED }),
    ),
  );

  /** As the operator runs it, beside the server. */
  function doublelock(...args: readonly string[]) {
    const { dataDir } = s.app.config.storage;
    return runCommand(args, { cwd: dataDir, env: { DOUBLELOCK_CONFIG: join(dataDir, 'config.yaml') } });
  }

  const remove = async (email: string) => {
    expect((await doublelock('factors', 'remove', email, '--all', '--yes')).err).to.equal('');
    return (await sentTo(s.app, email))[0];
  };
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  /** Presses the button behind the link. */
  async function report(link: string): Promise<Page> {
    const visitor = s.app.visitor();
    const form = await visitor.open(link);
    expect(form.name).to.equal('not-me');
    expect(words(form)).to.include('An administrator removed').and.to.include('your password alone');
    return visitor.follow(await visitor.submit(form, {}, 'report'));
  }

  it('is told as the act of an administrator, in the mail and in the audit trail [3.7 A48]', async () => {
    const mail = await remove('ann@open.test');
    expect(mail?.subject).to.include('An administrator removed a second step from your account');
    expect(mail?.text)
      .to.include('You asked for this')
      .and.to.include('Authenticator app')
      .and.to.include('nobody can sign in with your password alone');
    const listed = await doublelock('audit', 'list', '--account', 'ann@open.test', '--json');
    const [line] = JSON.parse(listed.out).filter(({ event }: Line) => event === 'enrolment.removed');
    expect(line).to.include({ actor: 'operator', method: 'totp' });
  }).timeout(60_000);

  it('is reported without a freeze, tells the administrators, and blocks the password alone until one answers [A48]', async () => {
    const email = 'ben@open.test';
    const mail = await remove(email);
    const live = await givePassword(s, email, undefined, OFFLINE);
    const { tokens } = await redeem(s.rp, live.page);

    const done = await report(linkIn(mail, 'not-me'));
    expect(words(done)).to.include('your administrators have been told');
    const account = await accountOf(email);
    expect([account?.frozenAt, account?.heldAt]).to.deep.equal([null, account?.heldAt ?? 0]);
    expect(account?.heldAt).to.be.a('number');
    const [told] = await sentTo(s.app, 'chief@open.test');
    expect(told?.subject).to.include('didn’t ask for the removal of a second step');
    expect(told?.text).to.include(email);

    expect(errorOf(await askAgain(live.visitor, s.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    const { page } = await givePassword(s, email);
    expect([page.status, page.name, page.error]).to.deep.equal([403, 'error', 'forbidden']);
    expect(alertOf(page)).to.include('Contact your administrators');
    expect(page.$('button[name=method], [name=method]').length).to.equal(0);

    expect((await doublelock('accounts', 'unfreeze', email)).out).to.include('may change its factors');
    expect((await accountOf(email))?.heldAt).to.equal(null);
    expect(hasCode((await givePassword(s, email)).page)).to.equal(true);
    const late = await s.app.visitor().open(linkIn(mail, 'not-me'));
    expect([late.status, late.error], 'answered').to.deep.equal([400, 'session_expired']);
  }).timeout(60_000);

  it('is reported once, however often the link is used [A41]', async () => {
    const email = 'cat@open.test';
    const link = linkIn(await remove(email), 'not-me');
    await report(link);
    const { audit } = s.app.parts.stores;
    const accountId = (await accountOf(email))?.id ?? '';
    const reports = async () =>
      (await audit.list({ accountId, limit: 50 })).filter(
        ({ event }) => event === 'account.removal_reported',
      );
    const since = (await accountOf(email))?.heldAt;
    s.clock.nextStep(60_000);
    await report(link);
    expect((await accountOf(email))?.heldAt, 'since the first').to.equal(since);
    expect(await reports()).to.have.length(1);
  }).timeout(60_000);

  it('lets nobody set a factor up at sign-in, where one is required, until an administrator has answered [A48]', async () => {
    const email = 'dan@strict.test';
    const link = linkIn(await remove(email), 'not-me');
    const { visitor: half, page: begun } = await givePassword(s, email);
    const setUp = begun.name === 'set-up-choose' ? await half.chooseMethod('totp') : begun;
    expect(setUp.name).to.equal('set-up-totp');
    await report(link);
    const code = nextCode(s.app, setUp.mark('secret'));
    const late = await half.follow(await half.submit(setUp, { code }));
    expect([late.status, late.name], 'begun before').to.deep.equal([403, 'error']);
    const { page } = await givePassword(s, email);
    expect([page.status, page.name, page.error]).to.deep.equal([403, 'error', 'forbidden']);
    const accountId = (await accountOf(email))?.id ?? '';
    expect(await s.app.parts.stores.enrolments.listByAccount(accountId)).to.deep.equal([]);
    const [told] = await sentTo(s.app, 'boss@strict.test');
    expect(told?.text).to.include(email);

    await doublelock('accounts', 'unfreeze', email);
    const { visitor, page: again } = await givePassword(s, email);
    const fresh = again.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : again;
    expect(hasCode(await visitor.enterCode(nextCode(s.app, fresh.mark('secret'))))).to.equal(true);
  }).timeout(60_000);

  it('leaves an account that has a factor again to its owner: the second factor signs in [A48]', async () => {
    const email = 'eve@strict.test';
    const link = linkIn(await remove(email), 'not-me');
    const { visitor, page } = await givePassword(s, email);
    const setUp = page.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : page;
    const secret = setUp.mark('secret');
    expect(hasCode(await visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
    await report(link);
    const { visitor: again, page: asked } = await givePassword(s, email);
    expect(asked.name).to.equal('enter-code');
    expect(hasCode(await again.enterCode(nextCode(s.app, secret)))).to.equal(true);
  }).timeout(60_000);
});

interface Line {
  readonly event: string;
}
