/** A disabled account, over HTTP: nothing of before can be used, no way leads in, and only its owner is told why. */
import { expect } from 'chai';
import * as client from 'openid-client';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  ask,
  confirm,
  type DeviceAnswer,
  deviceParty,
  poll,
  withDevices,
} from '../../oidc/device/device-story.ts';
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
import { accounts, alertOf, arrive, givePassword, hasCode, withApp, words } from '../members.ts';
import { passkeyPeople, withMembers } from '../passkey-sign-in/holder.ts';

describe('a disabled account', () => {
  const s = interaction(() => ({
    ...withDevices(),
    ...accounts(...['ann', 'ben', 'cas'].map((name) => withApp(name, 'open'))),
  }));
  const email = 'ann@open.test';

  /** By the mark alone: what an ending would remove is still there. */
  async function mark(address: string, disabledAt: number | null): Promise<void> {
    const { accounts: store } = s.app.parts.stores;
    const account = await store.findByEmail(address);
    expect(await store.update(account?.id ?? '', { disabledAt }, s.clock.now())).to.equal(true);
  }

  describe('that had signed in', () => {
    let half: { visitor: Visitor; page: Page };
    let whole: SignedIn;
    let resumed: Page;
    let device: DeviceAnswer;
    let tv: RelyingParty;

    before(async function () {
      this.timeout(60_000);
      const visitor = s.app.visitor();
      const url = await s.rp.authorizationUrl({ scope: 'openid offline_access' });
      whole = { visitor, ...(await redeem(s.rp, await signIn(s.app, visitor, url, email))) };
      tv = await deviceParty(s.app);
      device = await ask(tv);
      expect((await confirm(visitor, device.user_code)).name).to.equal('device-done');
      half = await givePassword(s, email);
      resumed = await signIn(s.app, s.app.visitor(), await s.rp.authorizationUrl(), email);
      await mark(email, s.clock.now());
    });
    after(() => mark(email, null));

    it('has no live session, at an application or on its own pages', async () => {
      const { visitor } = whole;
      expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
      expect((await askAgain(visitor, s.rp)).name).to.equal('sign-in');
      expect((await visitor.open('/account/security')).name).to.equal('sign-in');
    });

    it('has no token that an endpoint takes', async () => {
      const { tokens, claims } = whole;
      expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
      for (const token of [tokens.access_token, tokens.refresh_token ?? ''])
        expect((await post(s.app, '/token/introspection', { token })).body.active).to.equal(false);
      const info = client.fetchUserInfo(s.rp.configuration, tokens.access_token, claims.sub);
      expect(await refusal(info)).to.equal('invalid_token');
    });

    it('gets no tokens for a code, or for a device that it approved', async () => {
      expect(await refusal(s.rp.exchange(resumed.location ?? ''))).to.equal('invalid_grant');
      expect(await refusal(poll(s.app, tv, device))).to.equal('invalid_grant');
    });

    it('does not finish a sign-in whose password was accepted before', async () => {
      const refused = await half.visitor.submit(half.page, { code: nextCode(s.app) });
      expect([refused.status, refused.name, refused.error]).to.deep.equal([400, 'error', 'session_expired']);
    });

    it('is told so after the right password, with whom to ask, and its attempts are not used up', async () => {
      for (let time = 0; time < 12; time += 1) {
        const { page } = await givePassword(s, email);
        expect([page.status, page.name, page.error]).to.deep.equal([403, 'error', 'forbidden']);
        expect(alertOf(page)).to.match(/^Your account is turned off/);
        expect(words(page)).to.include('help@open.test');
      }
      const { id } = (await s.app.parts.stores.accounts.findByEmail(email)) ?? {};
      const [line] = await s.app.parts.stores.audit.list({ accountId: id ?? '', limit: 1 });
      expect(line).to.include({ event: 'sign_in.refused', reason: 'disabled' });
    }).timeout(20_000);

    it('is answered as any other account before the right password', async () => {
      const answers = [];
      for (const address of [email, 'ben@open.test', 'nobody@open.test']) {
        const { visitor } = await arrive(s);
        const page = await visitor.signIn(address, 'not the password');
        answers.push([page.status, page.name, page.error, alertOf(page)]);
      }
      expect(answers[0]).to.deep.equal(answers[1]).and.to.deep.equal(answers[2]);
    });
  });

  it('signs in anew once it is enabled', async () => {
    await mark('cas@open.test', s.clock.now());
    await mark('cas@open.test', null);
    const end = await signIn(s.app, s.app.visitor(), await s.rp.authorizationUrl(), 'cas@open.test');
    expect(hasCode(end)).to.equal(true);
  });
});

describe('the passkey of a disabled account', () => {
  const s = interaction(() => withMembers('amy'), { hostname: 'localhost' });
  const { holder, signInWith } = passkeyPeople({
    get app() {
      return s.app;
    },
    get rp() {
      return s.rp;
    },
  });

  it('signs nobody in, and its owner is told whom to ask', async () => {
    const { key, email } = await holder('amy');
    const { accounts: store } = s.app.parts.stores;
    const { id } = (await store.findByEmail(email)) ?? {};
    await store.update(id ?? '', { disabledAt: s.clock.now() }, s.clock.now());
    const { end } = await signInWith(key);
    expect([end.status, end.name, end.error]).to.deep.equal([403, 'error', 'forbidden']);
    expect(words(end)).to.include('turned off').and.to.include('help@strict.test');
    const [line] = await s.app.parts.stores.audit.list({ accountId: id ?? '', limit: 1 });
    expect(line).to.include({ event: 'sign_in.passkey_refused', reason: 'disabled' });
  });
});
