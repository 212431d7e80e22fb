/** The lowest level that a tenant or a group accepts: who is asked for what, what is set up, and what still passes. */
import { expect } from 'chai';
import { type Authenticator, createAuthenticator } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY, HOUR } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  errorOf,
  interaction,
  MFA,
  nextCode,
  PHR,
  redeem,
  refresh,
  refusal,
  TWO_STEP,
  tenantsWith,
} from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, member, uidOf, withApp, words } from '../members.ts';
import { codeTo } from '../outbox.ts';
import { optionsOf } from '../passkey-sign-in/holder.ts';
import { trust } from '../trusted-browsers/trust.ts';

const OFFLINE = { scope: 'openid offline_access' };
const MAIL = { factors: [{ method: 'email' }], email_confirmed: true };
const ALL = { methods: ['totp', 'email', 'passkey'], enforcement: 'required', set_up_proof: 'none' };
const LOOSE = tenantsWith('open', { ...ALL, trusted_devices: true });
const withMinimum = (minimum: string, more = {}) => tenantsWith('open', { ...ALL, minimum, ...more });

describe('the minimum of a tenant', () => {
  const s = interaction(
    () => ({
      ...LOOSE,
      ...accounts(
        ...'ann ben cat dan eve fay gus hal ida jan'.split(' ').map((name) => withApp(name, 'open')),
        ...['mia', 'nia'].map((name) => member(name, 'open', MAIL)),
        ...['kim', 'ola'].map((name) => member(name, 'open')),
        withApp('pia', 'open', { groups: ['finance'] }),
      ),
    }),
    { hostname: 'localhost' },
  );
  afterEach(() => s.app.reload(LOOSE));

  async function withCode(email: string, parameters = {}): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor } = await givePassword(s, email, undefined, parameters);
    return { visitor, page: await visitor.enterCode(nextCode(s.app)) };
  }

  async function makePasskey(visitor: Visitor, page: Page): Promise<{ key: Authenticator; end: Page }> {
    const key = createAuthenticator({ origin: s.app.origin });
    const made = await visitor.submit(page, { response: key.create(optionsOf(page)), label: '' });
    return { key, end: await visitor.putAway(made) };
  }

  it('asks for the factor that is there, then for the set-up of one that reaches it, and is met by that [2.1 4.6]', async () => {
    await s.app.reload(withMinimum('phr'));
    const { visitor, page } = await withCode('ann@open.test');
    expect(page.name).to.equal('set-up-passkey');
    expect(optionsOf(page).authenticatorSelection.userVerification).to.equal('required');
    const { key, end } = await makePasskey(visitor, page);
    expect((await redeem(s.rp, end)).claims.acr).to.equal(PHR);

    const again = await givePassword(s, 'ann@open.test');
    expect(again.page.name).to.equal('use-passkey');
    expect(optionsOf(again.page).userVerification).to.equal('required');
    const response = key.get(optionsOf(again.page));
    const signedIn = await again.visitor.follow(await again.visitor.submit(again.page, { response }));
    expect((await redeem(s.rp, signedIn)).claims.acr).to.equal(PHR);
  });

  it('refuses a passkey that did not verify its user [A105]', async () => {
    await s.app.reload(withMinimum('phr'));
    const set = await withCode('ben@open.test');
    const { key } = await makePasskey(set.visitor, set.page);
    const { visitor, page } = await givePassword(s, 'ben@open.test');
    const response = key.get(optionsOf(page), { verified: false });
    const refused = await visitor.submit(page, { response });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
  });

  it('lets nobody set up or use a method below it, whatever a form says [A105]', async () => {
    await s.app.reload(withMinimum('phr'));
    const { visitor, page } = await withCode('cat@open.test');
    const chooser = await visitor.open(`/interaction/${uidOf(page)}/second-factor/set-up`);
    const { action, body } = chooser.form({ method: 'passkey' });
    const chosen = await visitor.post(action, { ...Object.fromEntries(body), method: 'totp' });
    expect([chosen.status, chosen.error]).to.deep.equal([422, 'method_not_allowed']);
    await makePasskey(visitor, await visitor.follow(await visitor.submit(chosen, { method: 'passkey' })));

    // The page was shown while the code was still enough.
    await s.app.reload(LOOSE);
    const next = await givePassword(s, 'cat@open.test');
    const asked = await next.visitor.chooseMethod('totp');
    expect(asked.name).to.equal('enter-code');
    await s.app.reload(withMinimum('phr'));
    const downgraded = await next.visitor.submit(asked, { code: nextCode(s.app) });
    expect([downgraded.status, downgraded.error]).to.deep.equal([422, 'method_not_allowed']);
    expect((await next.visitor.open(`/interaction/${uidOf(next.page)}/second-factor`)).name).to.equal(
      'choose-method',
    );
    expect(next.visitor.page.$('[name=method][value=totp]').length).to.equal(0);
  });

  it('is met by an e-mail code no longer where it asks for two factors, and by a recovery code still [2.1]', async () => {
    await s.app.reload(withMinimum('mfa'));
    const { visitor } = await givePassword(s, 'mia@open.test');
    const page = await visitor.enterCode(await codeTo(s.app, 'mia@open.test'));
    expect(page.name).to.equal('set-up-choose');
    expect(words(page)).to.include('not enough here any more');
    expect(
      page
        .$('[name=method]')
        .get()
        .map((input) => page.$(input).attr('value')),
    ).to.have.members(['passkey', 'totp']);
    const proof = await visitor.chooseMethod('totp');
    const end = await visitor.putAway(await visitor.enterCode(nextCode(s.app, proof.mark('secret'))));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(MFA);
  });

  it('is met by a recovery code where it asks for two factors [2.1]', async () => {
    const email = 'kim@open.test';
    const first = await givePassword(s, email);
    const sending = await first.visitor.chooseMethod('email');
    const asked = await first.visitor.follow(await first.visitor.submit(sending, {}, 'send'));
    const answer = await first.visitor.submit(asked, { code: await codeTo(s.app, email) });
    const codes = await first.visitor.follow(answer);
    const [paper = ''] = codes.marks('recovery-code');
    await first.visitor.submit(codes, {}, 'saved');

    await s.app.reload(withMinimum('mfa'));
    const { visitor, page } = await givePassword(s, email);
    await visitor.open(`/interaction/${uidOf(page)}/second-factor/verify/recovery`);
    const end = await visitor.enterCode(paper);
    expect((await redeem(s.rp, end)).claims.acr).to.equal(MFA);
  });

  it('leads a person with a recovery code in the place of a lost passkey to the set-up of another [2.1]', async () => {
    await s.app.reload(withMinimum('phr'));
    const first = await givePassword(s, 'ola@open.test');
    expect(first.page.name).to.equal('set-up-passkey');
    const key = createAuthenticator({ origin: s.app.origin });
    const codes = await first.visitor.follow(
      await first.visitor.submit(first.page, { response: key.create(optionsOf(first.page)), label: '' }),
    );
    const [paper = ''] = codes.marks('recovery-code');
    await first.visitor.submit(codes, {}, 'saved');

    const { visitor, page } = await givePassword(s, 'ola@open.test');
    expect(page.name).to.equal('use-passkey');
    await visitor.open(`/interaction/${uidOf(page)}/second-factor/verify/recovery`);
    const next = await visitor.enterCode(paper);
    expect(next.name).to.equal('set-up-passkey');
    const { end } = await makePasskey(visitor, next);
    expect(hasCode(end)).to.equal(true);
  });

  it('acts at once on sessions, prompt=none, refresh tokens and the account when it is raised [B.2 A79 A80]', async () => {
    const { visitor, page } = await withCode('dan@open.test', OFFLINE);
    const { tokens, claims } = await redeem(s.rp, page);
    expect(claims.acr).to.equal(MFA);
    await s.app.reload(withMinimum('mfa'));
    expect(hasCode(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(true);
    const next = await refresh(s.rp, tokens.refresh_token);

    await s.app.reload(withMinimum('phr'));
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(await refusal(refresh(s.rp, next.refresh_token))).to.equal('invalid_grant');
    expect((await visitor.open('/account')).name).to.match(/^set-up-/);
    const stepped = await askAgain(visitor, s.rp);
    expect(stepped.name).to.equal('set-up-choose');
    const { end } = await makePasskey(visitor, await visitor.chooseMethod('passkey'));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(PHR);
    expect((await refresh(s.rp, next.refresh_token)).access_token).to.be.a('string');
  });

  it('holds for the members of a group that has one [2.1]', async () => {
    await s.app.reload(
      tenantsWith('open', { ...ALL, groups: { finance: { enforcement: 'required', minimum: 'phr' } } }),
    );
    expect((await withCode('pia@open.test')).page.name).to.equal('set-up-passkey');
    expect(hasCode((await withCode('eve@open.test')).page)).to.equal(true);
  });

  it('interrupts nobody where a factor is optional, and asks for the best one that there is [2.1]', async () => {
    await s.app.reload(withMinimum('phr', { enforcement: 'optional' }));
    expect(hasCode((await withCode('fay@open.test')).page)).to.equal(true);
    expect(hasCode((await givePassword(s, 'new@open.test')).page)).to.equal(true);
  });

  it('is not met by a trusted browser, and offers no trust [2.1 B.2]', async () => {
    const email = 'gus@open.test';
    const { visitor } = await trust(s, email);
    const asked = { prompt: 'login' };
    expect(hasCode((await givePassword(s, email, visitor, asked)).page)).to.equal(true);
    await s.app.reload(withMinimum('mfa', { trusted_devices: true }));
    const { page } = await givePassword(s, email, visitor, asked);
    expect(page.name).to.equal('enter-code');
    expect(page.$('[name=trust_device]').length).to.equal(0);
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('opens one grace of its own when it is raised, for people who give the factor that they have [B.2]', async () => {
    const GRACE = withMinimum('phr', { grace_days: 3 });
    const { visitor, page } = await withCode('hal@open.test', OFFLINE);
    const { tokens } = await redeem(s.rp, page);
    await s.app.reload(GRACE);
    expect(hasCode(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(true);
    const account = await visitor.open('/account');
    expect(account.mark('grace')).to.include('stronger second step');
    s.clock.nextStep(DAY);
    // The password alone postpones nothing.
    const { visitor: other, page: asked } = await givePassword(s, 'hal@open.test');
    expect(asked.name).to.equal('enter-code');
    const chooser = await other.enterCode(nextCode(s.app));
    expect(chooser.$('button[name=later]').length).to.equal(1);
    const end = await other.follow(await other.submit(chooser, {}, 'later'));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(MFA);
    s.clock.nextStep(DAY);
    const next = await refresh(s.rp, tokens.refresh_token);
    s.clock.nextStep(DAY + HOUR);
    expect(await refusal(refresh(s.rp, next.refresh_token))).to.equal('invalid_grant');
    expect((await withCode('hal@open.test')).page.name).to.equal('set-up-passkey');
  });

  it('gives nobody a second grace: neither after the first one, nor for a minimum in between [B.2]', async () => {
    await s.app.reload(withMinimum('phr', { grace_days: 3 }));
    const email = 'nia@open.test';
    const byMail = async () => {
      const { visitor } = await givePassword(s, email);
      return visitor.enterCode(await codeTo(s.app, email));
    };
    expect((await byMail()).$('button[name=later]').length).to.equal(1);
    s.clock.nextStep(3 * DAY + HOUR);
    expect((await byMail()).name).to.equal('set-up-passkey');
    await s.app.reload(withMinimum('mfa', { grace_days: 3 }));
    expect((await byMail()).$('button[name=later]').length).to.equal(0);
    await s.app.reload(LOOSE);
    const { visitor } = await givePassword(s, email);
    const end = await visitor.enterCode(await codeTo(s.app, email));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(TWO_STEP);
  });

  it('starts that grace once, however many requests find it unmet at the same time [B.2]', async () => {
    const { visitor, page } = await withCode('ida@open.test', OFFLINE);
    const { tokens } = await redeem(s.rp, page);
    await s.app.reload(withMinimum('phr', { grace_days: 3 }));
    await Promise.all(Array.from({ length: 5 }, () => askAgain(visitor, s.rp, { prompt: 'none' })));
    s.clock.nextStep(2 * DAY);
    expect((await refresh(s.rp, tokens.refresh_token)).access_token).to.be.a('string');
    s.clock.nextStep(DAY + HOUR);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.be.oneOf([
      'interaction_required',
      'login_required',
    ]);
  });

  it('offers only methods that reach it in self-service, where a factor is required [2.1]', async () => {
    await s.app.reload(withMinimum('mfa'));
    const { visitor } = await withCode('jan@open.test');
    const security = await visitor.open('/account/security');
    expect(security.$('[name=set-up][value=email]').length).to.equal(0);
    expect(security.$('[name=set-up][value=passkey]').length).to.equal(1);
  });
});
