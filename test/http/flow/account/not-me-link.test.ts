/** "It was not me": one button in a mail, against somebody who is in the account already. */
import { join } from 'node:path';
import { expect } from 'chai';
import * as client from 'openid-client';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import type { Page } from '../../../support/pages/page.ts';
import { runCommand } from '../../../support/process/command.ts';
import { rawRequest } from '../../../support/process/raw-request.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY, MINUTE } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  errorOf,
  interaction,
  nextCode,
  post,
  redeem,
  refresh,
  refusal,
  type SignedIn,
  signIn,
} from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, member, withApp, words } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { openSecurity, signInAgain, trusting } from '../trusted-browsers/trust.ts';

const OFFLINE = { scope: 'openid offline_access' };
const CONFIRMED = { email_confirmed: true };

describe('the link "Wasn’t you?" of a notice', () => {
  const s = interaction(() => ({
    ...trusting('open', 'strict'),
    ...accounts(
      ...'ann ben cat dan eve fay'.split(' ').map((name) => withApp(name, 'open', CONFIRMED)),
      ...['gus', 'hal'].map((name) => member(name, 'strict', CONFIRMED)),
      member('chief', 'open', { role: 'admin', ...CONFIRMED }),
    ),
  }));

  const accountOf = async (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  async function factorsOf(email: string): Promise<number> {
    const factors = await s.app.parts.stores.enrolments.listByAccount((await accountOf(email))?.id ?? '');
    return factors.filter(isFactor).length;
  }

  /** Somebody with the password and the phone is in, for good: session, tokens, and a browser that is trusted. */
  async function intruder(email: string): Promise<SignedIn> {
    const visitor = s.app.visitor();
    const page = await signInAgain(s, email, visitor, OFFLINE);
    const fields = { code: nextCode(s.app), trust_device: '1' };
    const end = await visitor.follow(await visitor.submit(page, fields));
    return { visitor, ...(await redeem(s.rp, end)) };
  }

  /** Enrols another phone in this session, and gives the link in the mail that the owner gets. */
  async function mailed({ visitor }: Pick<SignedIn, 'visitor'>, email: string): Promise<string> {
    const page = await visitor.follow(await visitor.submit(await openSecurity(s, visitor), {}, 'set-up'));
    expect((await visitor.enterCode(nextCode(s.app, page.mark('secret')))).name).to.equal('security');
    const [mail] = await sentTo(s.app, email);
    expect(mail?.subject).to.include('was added');
    return linkIn(mail, 'not-me');
  }

  async function press(link: string): Promise<Page> {
    const owner = s.app.visitor();
    const answer = await owner.submit(await owner.open(link), {}, 'report');
    expect(answer.status).to.equal(303);
    return owner.follow(answer);
  }

  const isActive = async (token = '') => (await post(s.app, '/token/introspection', { token })).body.active;

  async function expectOut({ visitor, tokens, claims }: SignedIn): Promise<void> {
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect(await isActive(tokens.access_token)).to.equal(false);
    expect(await isActive(tokens.refresh_token)).to.equal(false);
    expect(await refusal(client.fetchUserInfo(s.rp.configuration, tokens.access_token, claims.sub))).to.equal(
      'invalid_token',
    );
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect((await visitor.open('/account')).name).to.equal('sign-in');
  }

  async function expectIn({ visitor, tokens }: SignedIn): Promise<void> {
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect(await isActive(tokens.access_token)).to.equal(true);
    expect(await isActive(tokens.refresh_token)).to.equal(true);
  }

  it('explains its effect first, and changes nothing when it is opened, however often [A48 A56]', async () => {
    const in1 = await intruder('ann@open.test');
    const link = await mailed(in1, 'ann@open.test');
    const { port, pathname } = new URL(link);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await rawRequest(Number(port), { method, path: pathname, headers: { accept: '*/*' } });
      expect([answer.status, answer.headers['set-cookie']], method).to.deep.equal([200, undefined]);
    }
    const page = await s.app.visitor().open(`${link}?done=1`);
    expect([page.name, page.status]).to.deep.equal(['not-me', 200]);
    expect(page.$('button[name=report]').length).to.equal(1);
    expect(words(page)).to.include('ann@open.test').and.to.include('signed out');
    expect(page.headers['cache-control']).to.include('no-store');
    for (const [fields, headers, status] of [
      [{}, {}, 403],
      [{ _token: 'x' }, {}, 403],
      [Object.fromEntries(page.form({}, 'report').body), { 'sec-fetch-site': 'cross-site' }, 403],
    ] as const) {
      expect((await s.app.visitor().post(link, fields, headers)).status).to.equal(status);
    }
    expect((await accountOf('ann@open.test'))?.frozenAt).to.equal(null);
    await expectIn(in1);
  });

  it('ends every session, token and trusted browser of the account, and of no other [A48 A58]', async () => {
    const thief = await intruder('ben@open.test');
    const bystander = await intruder('cat@open.test');
    const link = await mailed(thief, 'ben@open.test');
    const owner = await intruder('ben@open.test');
    const done = await press(link);
    expect([done.name, done.status]).to.deep.equal(['not-me', 200]);
    expect(done.$('button[name=report]').length).to.equal(0);
    await expectOut(thief);
    await expectOut(owner);
    expect((await signInAgain(s, 'ben@open.test', thief.visitor)).name, 'trusted').to.equal('enter-code');
    await expectIn(bystander);
    expect(hasCode(await signInAgain(s, 'cat@open.test', bystander.visitor))).to.equal(true);
    expect(await press(link), 'once more').to.include({ name: 'not-me', status: 200 });
  });

  it('notifies the administrators of the tenant and the account, and nobody else [A48 A61]', async () => {
    const thief = await intruder('dan@open.test');
    const link = await mailed(thief, 'dan@open.test');
    s.clock.nextStep(MINUTE);
    const before = (await sentTo(s.app)).length;
    await press(link);
    await press(link);
    const since = (await sentTo(s.app)).slice(0, (await sentTo(s.app)).length - before);
    expect(since.map(({ to }) => to)).to.have.members(['dan@open.test', 'boss@open.test', 'chief@open.test']);
    for (const { to, text } of since) {
      expect(text.includes('dan@open.test'), to).to.equal(to !== 'dan@open.test');
      expect(text).not.to.include('/not-me/');
    }
    const account = await accountOf('dan@open.test');
    const events = await s.app.parts.stores.audit.list({ accountId: account?.id ?? '', limit: 50 });
    const reported = events.filter(({ event }) => event === 'account.reported');
    expect(reported).to.have.length(1);
    expect(reported[0]).to.include({ tenantId: 'open', ip: '127.0.0.0/24' });
  });

  it('freezes all changes of factors until an operator lifts it [A48]', async () => {
    const email = 'eve@open.test';
    const thief = await intruder(email);
    const link = await mailed(thief, email);
    await press(link);
    const factors = await factorsOf(email);
    const visitor: Visitor = s.app.visitor();
    await signIn(s.app, visitor, await s.rp.authorizationUrl(), email);
    const page = await openSecurity(s, visitor);
    expect(words(page)).to.match(/blocked since .* someone else/i);
    expect(page.$('main form').length).to.equal(0);

    // The buttons of a page from before.
    const account = await accountOf(email);
    await s.app.parts.stores.accounts.setFrozen(account?.id ?? '', null);
    const before = await openSecurity(s, visitor);
    // As of before this sign-in, which would have ended otherwise.
    await s.app.parts.stores.accounts.setFrozen(account?.id ?? '', account?.frozenAt ?? null);
    for (const button of ['set-up', 'replace', 'rename', 'remove', 'turn-off', 'new-recovery-codes']) {
      const refused = await visitor.submit(before, {}, button);
      expect([refused.status, refused.name, refused.error], button).to.deep.equal([
        403,
        'security',
        'forbidden',
      ]);
    }
    expect(await factorsOf(email)).to.equal(factors);
  });

  it('lets no browser become trusted while the account is frozen [A48]', async () => {
    const email = 'fay@open.test';
    const thief = await intruder(email);
    await press(await mailed(thief, email));
    const { visitor, page } = await givePassword(s, email);
    const answer = await visitor.submit(page, { code: nextCode(s.app), trust_device: '1' });
    expect(hasCode(await visitor.follow(answer))).to.equal(true);
    expect((await signInAgain(s, email, visitor)).name).to.equal('enter-code');
  });

  it('blocks enrolment at sign-in on a frozen account until the operator lifts it [A48]', async () => {
    const email = 'gus@strict.test';
    const { visitor: first } = await givePassword(s, email);
    expect(hasCode(await setUpApp(first))).to.equal(true);
    const link = linkIn((await sentTo(s.app, email))[0], 'not-me');
    expect((await doublelock('factors', 'remove', email, '--all', '--yes')).err).to.equal('');

    const { visitor: half } = await givePassword(s, email);
    const begun = await toSetUp(half);
    await press(link);
    const refused = await half.submit(begun, { code: nextCode(s.app, begun.mark('secret')) });
    expect([refused.status, refused.error], 'begun before').to.deep.equal([400, 'session_expired']);
    const { visitor } = await givePassword(s, email);
    const stopped = await toSetUp(visitor);
    expect([stopped.status, stopped.name, stopped.error]).to.deep.equal([403, 'error', 'forbidden']);
    // The page gives the reason and the person to ask.
    expect(words(stopped)).to.match(/someone else .* administrator/i);
    expect(await factorsOf(email)).to.equal(0);

    expect((await doublelock('accounts', 'unfreeze', 'nobody@strict.test')).code).to.equal(1);
    expect((await doublelock('accounts', 'unfreeze', 'GUS@strict.test ')).out).to.include('may change');
    expect((await doublelock('accounts', 'unfreeze', email)).out).to.include('was not frozen');
    expect((await accountOf(email))?.frozenAt).to.equal(null);
    const accountId = (await accountOf(email))?.id ?? '';
    const events = await s.app.parts.stores.audit.list({ accountId, limit: 50 });
    expect(events.filter(({ event }) => event === 'account.unfrozen')).to.have.length(1);
    const { visitor: again } = await givePassword(s, email);
    expect(hasCode(await setUpApp(again))).to.equal(true);
  }).timeout(60_000);

  /** To the page of the app, where the tenant asks for one. */
  async function toSetUp(visitor: Visitor): Promise<Page> {
    return visitor.page.name === 'set-up-choose' ? visitor.chooseMethod('totp') : visitor.page;
  }

  async function setUpApp(visitor: Visitor): Promise<Page> {
    const page = await toSetUp(visitor);
    return visitor.enterCode(nextCode(s.app, page.mark('secret')));
  }

  /** As the operator runs it, beside the server. */
  function doublelock(...args: readonly string[]) {
    const { dataDir } = s.app.config.storage;
    return runCommand(args, { cwd: dataDir, env: { DOUBLELOCK_CONFIG: join(dataDir, 'config.yaml') } });
  }

  it('works for thirty days, and an invented link does not work', async () => {
    const email = 'hal@strict.test';
    await setUpApp((await givePassword(s, email)).visitor);
    const link = linkIn((await sentTo(s.app, email))[0], 'not-me');
    for (const dead of [
      `${link}x`,
      link.replace('/not-me/', '/confirm-email/'),
      '/not-me/x',
      '/not-me/%00',
    ]) {
      const answer = await s.app.visitor().open(dead);
      expect([answer.status, answer.name, answer.error], dead).to.deep.equal([
        400,
        'error',
        'session_expired',
      ]);
    }
    const person = s.app.visitor();
    const form = await person.open(link);
    s.clock.nextStep(30 * DAY);
    const late = await person.submit(form, {}, 'report');
    expect([late.status, late.name, late.error]).to.deep.equal([400, 'error', 'session_expired']);
    expect((await accountOf(email))?.frozenAt).to.equal(null);
  });
});
