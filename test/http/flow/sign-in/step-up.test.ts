/** Pages of the account ask for a fresh second factor, and leave the sign-in as it was. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { HOUR, MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, interaction, nextCode, redeem } from '../../oidc/story.ts';
import { accounts, givePassword, member, removeWith, withApp, words } from '../members.ts';

const SECURITY = '/account/security';

describe('a step-up before a change of factors', () => {
  const names = 'ann ben cat dan eve fay gus hal'.split(' ');
  const s = interaction(() =>
    accounts(...names.map((name) => withApp(name, 'open')), member('ida', 'open'), member('jan', 'open')),
  );

  /** Signed in at the relying party, and on the security page. */
  async function signedIn(email: string): Promise<{ visitor: Visitor; authTime: number; page: Page }> {
    const { visitor, page } = await givePassword(s, email);
    const end = page.name === 'enter-code' ? await visitor.enterCode(nextCode(s.app)) : page;
    const { claims } = await redeem(s.rp, end);
    const security = await visitor.open(SECURITY);
    expect(security.name).to.equal('security');
    return { visitor, authTime: Number(claims.auth_time), page: security };
  }

  async function factorsOf(email: string): Promise<number> {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    return (await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '')).length;
  }

  it('asks for the second factor after five minutes, not for the password, and returns to the page [A51]', async () => {
    const { visitor } = await signedIn('ann@open.test');
    s.clock.nextStep(4 * MINUTE);
    expect((await visitor.open(SECURITY)).name).to.equal('security');
    s.clock.nextStep(MINUTE + 1000);
    const asked = await visitor.open(SECURITY);
    expect(asked.name).to.equal('enter-code');
    expect(asked.$('[name=password]').length).to.equal(0);
    const refused = await visitor.enterCode('000000');
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    const back = await visitor.enterCode(nextCode(s.app));
    expect([back.name, new URL(back.url).pathname]).to.deep.equal(['security', SECURITY]);
    expect((await visitor.open(SECURITY)).name).to.equal('security');
  });

  it('leaves nothing in the stores after a day of repetition [A100]', async () => {
    const { visitor } = await signedIn('ann@open.test');
    for (let times = 0; times < 5; times += 1) {
      s.clock.nextStep(6 * MINUTE);
      await visitor.open(SECURITY);
      expect((await visitor.enterCode(nextCode(s.app))).name).to.equal('security');
    }
    const { accounts: people, records } = s.app.parts.stores;
    const account = await people.findByEmail('ann@open.test');
    const [newest] = await records.listByAccount(account?.id ?? '', s.clock.now());
    expect(newest?.authentications.map(({ method }) => method)).to.deep.equal(['pwd', 'totp']);
    expect((await s.app.parts.metrics.exposition()).text).not.to.include('totp totp');
  });

  it('is required again when a form comes from a page that was open for too long [A51]', async () => {
    const { visitor, page } = await signedIn('ben@open.test');
    s.clock.nextStep(6 * MINUTE);
    for (const button of ['turn-off', 'remove', 'replace', 'rename', 'new-recovery-codes', 'set-up']) {
      const answer = await visitor.submit(page, {}, button);
      expect(answer.status, button).to.equal(303);
      expect((await visitor.follow(answer)).name, button).to.equal('enter-code');
    }
    expect(await factorsOf('ben@open.test')).to.equal(1);
    const back = await visitor.enterCode(nextCode(s.app));
    expect(back.name).to.equal('security');
    expect(await factorsOf('ben@open.test')).to.equal(1);
    expect((await removeWith(visitor, back, 'turn-off')).status).to.equal(303);
    expect(await factorsOf('ben@open.test')).to.equal(0);
  });

  it('is valid for five minutes, hours after the sign-in [A51]', async () => {
    const { visitor } = await signedIn('cat@open.test');
    s.clock.nextStep(7 * HOUR);
    await visitor.open(SECURITY);
    await visitor.enterCode(nextCode(s.app));
    s.clock.nextStep(4 * MINUTE);
    expect((await visitor.open(SECURITY)).name).to.equal('security');
    s.clock.nextStep(2 * MINUTE);
    expect((await visitor.open(SECURITY)).name).to.equal('enter-code');
    expect((await visitor.open('/account')).name).to.equal('account');
  });

  it('leaves auth_time as it was, and a relying party’s max_age is a full sign-in [A51]', async () => {
    const { visitor, authTime } = await signedIn('dan@open.test');
    s.clock.nextStep(HOUR);
    await visitor.open(SECURITY);
    expect((await visitor.enterCode(nextCode(s.app))).name).to.equal('security');
    const { claims } = await redeem(s.rp, await askAgain(visitor, s.rp));
    expect(claims.auth_time).to.equal(authTime);
    expect(claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);

    expect((await askAgain(visitor, s.rp, { max_age: '600' })).name).to.equal('sign-in');
    await visitor.signIn('dan@open.test', PASSWORD);
    const again = await redeem(s.rp, await visitor.enterCode(nextCode(s.app)));
    expect(again.claims.auth_time).to.be.at.least(authTime + 3600);
  });

  it('asks for the password where no factor is enrolled [A51]', async () => {
    const { visitor } = await signedIn('ida@open.test');
    s.clock.nextStep(6 * MINUTE);
    const asked = await visitor.open(SECURITY);
    expect(asked.name).to.equal('sign-in');
    expect(asked.$('[name=email]').val()).to.equal('ida@open.test');
    expect((await visitor.signIn('ida@open.test', PASSWORD)).name).to.equal('security');
    expect(new URL(visitor.page.url).pathname).to.equal(SECURITY);
  });

  it('is satisfied by an enrolment on the account page, and required in other browsers [A51]', async () => {
    const other = await signedIn('jan@open.test');
    const { visitor } = await signedIn('jan@open.test');
    const shown = await visitor.follow(await visitor.submit(await visitor.open(SECURITY), {}, 'set-up'));
    await visitor.follow(await visitor.submit(shown, { code: nextCode(s.app, shown.mark('secret')) }));
    s.clock.nextStep(4 * MINUTE);
    expect((await visitor.open(SECURITY)).name).to.equal('security');
    expect((await other.visitor.open(SECURITY)).name).to.equal('enter-code');
  });

  it('is not required to see that the second factor was turned off [1.6]', async () => {
    const { visitor } = await signedIn('eve@open.test');
    s.clock.nextStep(HOUR);
    await visitor.open(SECURITY);
    const page = await visitor.enterCode(nextCode(s.app));
    const done = await visitor.follow(await removeWith(visitor, page, 'turn-off'));
    expect(done.name).to.equal('security');
    expect(words(done)).to.include('Two-step verification is turned off.');

    // The next enrolment asks for the password, because the account has no factor left.
    const asked = await visitor.follow(await visitor.submit(done, {}, 'set-up'));
    expect(asked.name).to.equal('sign-in');
    const back = await visitor.signIn('eve@open.test', PASSWORD);
    expect(back.name).to.equal('security');
    const shown = await visitor.follow(await visitor.submit(back, {}, 'set-up'));
    expect(shown.name).to.equal('set-up-totp');
  });

  it('binds no new factor when the old one is not given [A51]', async () => {
    const { visitor, page } = await signedIn('fay@open.test');
    const shown = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    s.clock.nextStep(6 * MINUTE);
    const code = nextCode(s.app, shown.mark('secret'));
    const asked = await visitor.follow(await visitor.submit(shown, { code }));
    expect(asked.name).to.equal('enter-code');
    expect((await visitor.enterCode(code)).error).to.equal('code_invalid');
    expect(await factorsOf('fay@open.test')).to.equal(1);
    expect((await visitor.open(`${SECURITY}/set-up/totp`)).name).to.equal('enter-code');
  });

  it('can be left: the page says so, the person stays signed in, and no application is blamed [U.4]', async () => {
    const { visitor } = await signedIn('gus@open.test');
    s.clock.nextStep(6 * MINUTE);
    const asked = await visitor.open(SECURITY);
    const left = await visitor.follow(await visitor.submit(asked, {}, 'cancel'));
    expect([left.status, left.name]).to.deep.equal([403, 'error']);
    expect(words(left)).to.include('Nothing was changed.').and.not.to.include('access_denied');
    expect(left.link(SECURITY)).to.equal(`${s.app.origin}${SECURITY}`);
    expect((await visitor.open('/account')).name).to.equal('account');
  });

  it('shows no text from an error in the URL [A91]', async () => {
    const query = new URLSearchParams({
      error: 'Call 0612345678',
      error_description: 'Your account is in danger',
    });
    const page = await s.app.visitor().get(`/account/return?${query}`);
    expect([page.status, page.name]).to.deep.equal([403, 'error']);
    expect(words(page)).not.to.include('danger').and.not.include('0612345678');
  });

  it('returns to pages of the account only [A75]', async () => {
    const { visitor } = await signedIn('hal@open.test');
    for (const state of [
      'https://evil.test/',
      '//evil.test',
      '/\\evil.test',
      '/auth',
      '/account/../demo',
      '',
    ]) {
      const answer = await visitor.get(`/account/return?${new URLSearchParams({ state })}`);
      expect([answer.status, answer.location], state).to.deep.equal([303, `${s.app.origin}/account`]);
    }
  });
});
