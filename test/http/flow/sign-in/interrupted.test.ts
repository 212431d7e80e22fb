/** A sign-in that is not finished: nothing of what it has can be used for anything but finishing it. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { databaseAccess } from '../../../support/stores/database-access.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, errorOf, interaction, nextCode, partyOf, signIn } from '../../oidc/story.ts';
import { accounts, arrive, givePassword, hasCode, uidOf, withApp } from '../members.ts';

describe('an unfinished sign-in', () => {
  const s = interaction(() =>
    accounts(...['ann', 'ben', 'cat', 'dan', 'eve', 'fay'].map((name) => withApp(name, 'strict'))),
  );

  const storedSessions = () => databaseAccess(s.app.config).countSessions();

  /** Name and path of each cookie that the browser has. */
  function cookiesOf(visitor: Visitor): string[] {
    const all = visitor.jar.serializeSync()?.cookies ?? [];
    const named = (key = '') => key.replace(/^(second-factor-begun-)[\w-]{8}$/, '$1KEY');
    return all.map(({ key, path }) => `${named(key)} ${path}`).filter((name) => !name.includes('.sig'));
  }

  async function recordsOf(email: string): Promise<number> {
    const { accounts, records } = s.app.parts.stores;
    const account = await accounts.findByEmail(email);
    return (await records.listByAccount(account?.id ?? '', s.clock.now())).length;
  }

  it('binds no cookie and no stored session to the account after the password alone [B.1]', async () => {
    const before = await storedSessions();
    for (const email of ['ann@strict.test', 'new@strict.test']) {
      const { visitor, page } = await givePassword(s, email);
      expect(page.name).to.be.oneOf(['enter-code', 'set-up-totp']);
      expect(await storedSessions(), email).to.equal(before);
      expect(await recordsOf(email), email).to.equal(0);
      const uid = uidOf(page);
      expect(cookiesOf(visitor), email).to.have.members([
        `_interaction /interaction/${uid}`,
        `_resume /auth/${uid}`,
        // Names the application, so that a dead end can link to it.
        'applications /',
        // Good for the further steps of this one sign-in, in the browser that it began in.
        `second-factor-begun-KEY /interaction/${uid}/second-factor`,
      ]);
    }

    const { visitor } = await givePassword(s, 'ann@strict.test');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    expect(await storedSessions()).to.equal(before + 1);
    expect(await recordsOf('ann@strict.test')).to.equal(1);
    expect(cookiesOf(visitor)).to.include.members(['_session /', 'known /']);
  });

  it('starts again when it is resumed without a password [A1]', async () => {
    const { visitor, page } = await arrive(s);
    const resumed = await visitor.open(`/auth/${uidOf(page)}`);
    expect(resumed.name).to.equal('sign-in');
    expect(uidOf(resumed)).not.to.equal(uidOf(page));
    expect(hasCode(resumed)).to.equal(false);
  });

  it('issues no authorization code when it is resumed or repeated with the password alone [A2]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    for (const address of [`/auth/${uidOf(page)}`, await s.rp.authorizationUrl()]) {
      const asked = await visitor.open(address);
      expect(hasCode(asked), address).to.equal(false);
      expect(asked.name, address).to.be.oneOf(['sign-in', 'enter-code']);
    }
    await visitor.signIn('ben@strict.test', PASSWORD);
    expect(visitor.page.name).to.equal('enter-code');
  });

  it('opens no page of the account or the console, and no userinfo [A3 A49]', async () => {
    const { visitor } = await givePassword(s, 'cat@strict.test');
    for (const address of ['/account', '/account/security', '/account/security/set-up/totp', '/admin']) {
      expect((await visitor.open(address)).name, address).to.equal('sign-in');
    }
    for (const path of ['/set-up', '/set-up/totp', '/factors/x/remove', '/turn-off']) {
      const answer = await visitor.post(`/account/security${path}`, { method: 'totp', factor: 'x' });
      expect(answer.status, path).to.equal(303);
      expect(new URL(answer.location ?? '').pathname, path).to.equal('/auth');
    }
    expect((await visitor.get('/me')).status).to.equal(401);
  });

  it('answers prompt=none with login_required [A4]', async () => {
    const { visitor } = await givePassword(s, 'dan@strict.test');
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('refuses a right code before the password, and leaves it unused [A9]', async () => {
    const { visitor, page } = await arrive(s);
    const code = nextCode(s.app);
    const base = `/interaction/${uidOf(page)}/second-factor`;
    const { _token = '' } = Object.fromEntries(page.form({}).body);
    for (const path of ['/verify/totp', '/choose-method', '/set-up', '/set-up/totp']) {
      const refused = await visitor.post(base + path, { _token, code, method: 'totp' });
      expect([refused.status, refused.name, refused.error], path).to.deep.equal([403, 'error', 'forbidden']);
      expect((await visitor.open(base)).name).to.equal('sign-in');
    }
    await visitor.signIn('eve@strict.test', PASSWORD);
    expect(hasCode(await visitor.enterCode(code))).to.equal(true);
  });

  it('neither shows nor accepts the consent page [A10]', async () => {
    const third = await partyOf(s.app, 'third');
    const { visitor, page } = await givePassword({ app: s.app, rp: third }, 'fay@strict.test');
    const consent = `/interaction/${uidOf(page)}/consent`;
    const { _token = '' } = Object.fromEntries(page.form({}).body);
    expect((await visitor.get(consent)).status).to.equal(400);
    expect((await visitor.post(consent, { _token, allow: '1' })).status).to.equal(400);
    await visitor.open(page.url);
    expect((await visitor.enterCode(nextCode(s.app))).name).to.equal('consent');
  });

  it('still asks for the code when the browser tampers with a refusal [A14]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    expect((await visitor.submit(page, { code: '000000' })).status).to.equal(422);
    for (const address of [page.url, `/interaction/${uidOf(page)}`]) {
      expect((await visitor.open(address)).name, address).to.equal('enter-code');
    }
    const resumed = await visitor.open(`/auth/${uidOf(page)}`);
    expect([resumed.name, hasCode(resumed)]).to.deep.equal(['sign-in', false]);
  });

  it('asks for the password again after fifteen minutes [A17]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    s.clock.nextStep(14 * MINUTE);
    expect((await visitor.open(page.url)).name).to.equal('enter-code');
    s.clock.nextStep(MINUTE + 1000);
    const code = nextCode(s.app);
    for (const answer of [await visitor.get(page.url), await visitor.submit(page, { code })]) {
      expect([answer.status, answer.name, answer.error]).to.deep.equal([400, 'error', 'session_expired']);
    }
    const again = s.app.visitor();
    expect(hasCode(await signIn(s.app, again, await s.rp.authorizationUrl(), 'ben@strict.test'))).to.equal(
      true,
    );
  });
});
