/** The people from whom a tenant's configuration requires a second factor, and the pages that they see. */
import { expect } from 'chai';
import { CALLBACK, standardConfig, type Yaml } from '../../../support/app.ts';
import {
  askAgain,
  claimsOf,
  errorOf,
  interaction,
  MFA,
  nextCode,
  partyOf,
  redeem,
  SFA,
  setUpApp,
  tenantsWith,
} from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, member, withApp, words } from '../members.ts';

describe('the enforcement of a tenant', () => {
  const s = interaction(() => ({
    ...tenantsWith('open', { groups: { finance: 'required', visitors: 'off' } }),
    ...accounts(
      member('payroll', 'open', { groups: ['visitors', 'finance'] }),
      member('guest', 'strict', { groups: ['visitors'] }),
      withApp('second', 'open'),
      member('third', 'strict'),
      member('mail', 'open', { factors: [{ method: 'email' }] }),
    ),
  }));

  it('lets a person without a factor sign in with the password alone when it is optional [U.5 3.4]', async () => {
    const { page } = await givePassword(s, 'new@open.test');
    expect(page.location).to.match(/^http:\/\/rp\.test\/callback\?code=/);
    const { claims } = await redeem(s.rp, page);
    expect(claims)
      .to.include({ acr: SFA })
      .and.to.deep.include({ amr: ['pwd'] });
  });

  it('asks for the code of an enrolled app when it is optional [U.5 1.4]', async () => {
    const { visitor, page } = await givePassword(s, 'app@open.test');
    expect(page.name).to.equal('enter-code');
    expect(page.$('body').attr('data-method')).to.equal('totp');
    const { claims } = await redeem(s.rp, await visitor.enterCode(nextCode(s.app)));
    expect(claims)
      .to.include({ acr: MFA })
      .and.to.deep.include({ amr: ['pwd', 'otp', 'mfa'] });
  });

  it('asks nobody for a code when it is off, neither members with an app nor administrators [U.5]', async () => {
    for (const name of ['new', 'app', 'boss']) {
      const { page } = await givePassword(s, `${name}@plain.test`);
      expect((await redeem(s.rp, page)).claims.acr, name).to.equal(SFA);
    }
  });

  it('lets nobody in without a second factor when it is required, administrators included [U.5 3.4]', async () => {
    expect((await givePassword(s, 'app@strict.test')).page.name).to.equal('enter-code');
    for (const name of ['new', 'boss']) {
      const { visitor, page } = await givePassword(s, `${name}@strict.test`);
      expect(page.name, name).to.equal('set-up-totp');
      const { claims } = await redeem(s.rp, (await setUpApp(s.app, visitor)).end);
      expect(claims.acr, name).to.equal(MFA);
    }
  });

  it('shows the administrator’s message and the contact at a forced enrolment [1.3]', async () => {
    const { page } = await givePassword(s, 'third@strict.test');
    expect(words(page)).to.include('strict requires two-step verification.');
    expect(words(page)).to.include('Because of the audit.');
    expect(page.link('help@strict.test')).to.equal('mailto:help@strict.test');
    expect(page.$('button[name=later]').length).to.equal(0);
  });

  it('can be made stricter by a group, and never looser [B.4]', async () => {
    expect((await givePassword(s, 'payroll@open.test')).page.name).to.equal('set-up-totp');
    expect((await givePassword(s, 'second@open.test')).page.name).to.equal('enter-code');
    expect((await givePassword(s, 'guest@strict.test')).page.name).to.equal('set-up-totp');
  });

  it('makes a member enrol a factor at a client that always requires one [U.3]', async () => {
    const always = await partyOf(s.app, 'always');
    const { visitor, page } = await givePassword({ app: s.app, rp: always }, 'new@open.test');
    expect(page.name).to.equal('set-up-totp');
    expect(words(page)).to.include('always requires two-step verification.');
    expect((await redeem(always, (await setUpApp(s.app, visitor)).end)).claims.acr).to.equal(MFA);
  });

  it('accepts an enrolled factor at a client that always requires one when it is off, and refuses the rest [U.5]', async () => {
    const always = await partyOf(s.app, 'always');
    const refused = await givePassword({ app: s.app, rp: always }, 'new@plain.test');
    expect(errorOf(refused.page)).to.equal('unmet_authentication_requirements');

    const asked = await givePassword({ app: s.app, rp: always }, 'app@plain.test');
    expect(asked.page.name).to.equal('enter-code');
    expect((await redeem(always, await asked.visitor.enterCode(nextCode(s.app)))).claims.acr).to.equal(MFA);
  });

  it('refuses a person whose only factor is mail to an unconfirmed address, and names the contact [2.2 U.5]', async () => {
    const { visitor, page } = await givePassword(s, 'mail@open.test');
    expect([page.status, page.name, page.error]).to.deep.equal([403, 'error', 'method_not_allowed']);
    expect(page.link('help@open.test')).to.equal('mailto:help@open.test');
    expect((await visitor.open(page.url.replace('/unusable', '/set-up'))).name).to.equal('error');
    const left = await visitor.follow(await visitor.submit(visitor.page, {}, 'cancel'));
    expect(errorOf(left)).to.equal('access_denied');
  });

  it('refuses members of other tenants at a client of one tenant, and says why [U.3]', async () => {
    const only = await partyOf(s.app, 'strict-only');
    const { page } = await givePassword({ app: s.app, rp: only }, 'app@open.test');
    expect([page.status, page.name, page.error]).to.deep.equal([403, 'error', 'forbidden']);
    expect(words(page))
      .to.include('This isn’t possible with your account')
      .and.not.include('did not come from our own page');
    expect((await givePassword({ app: s.app, rp: only }, 'app@strict.test')).page.name).to.equal(
      'enter-code',
    );
  });
});

describe('a tenant that begins to require a second factor', () => {
  const s = interaction();
  const required = () => tenantsWith('open', { enforcement: 'required' });

  function withNewcomer(): Yaml {
    return { accounts: [...standardConfig().accounts, member('later', 'open')] };
  }

  it('covers existing members, live sessions and new members [4.5 4.6 4.7]', async () => {
    const signedIn = await givePassword(s, 'new@open.test');
    expect(hasCode(signedIn.page)).to.equal(true);
    const { visitor } = signedIn;

    await s.app.reload({ ...required(), ...withNewcomer() });

    for (const address of ['/account', '/account/security']) {
      expect((await visitor.open(address)).name, address).to.equal('set-up-choose');
    }
    expect((await askAgain(visitor, s.rp)).name).to.equal('set-up-choose');
    expect(words(visitor.page)).to.include('open requires two-step verification.');
    const silent = await askAgain(visitor, s.rp, { prompt: 'none' });
    expect(errorOf(silent)).to.equal('interaction_required');

    expect((await givePassword(s, 'later@open.test')).page.name).to.equal('set-up-totp');

    await askAgain(visitor, s.rp);
    const { end } = await setUpApp(s.app, visitor);
    expect(claimsOf(await s.rp.exchange(end.location ?? CALLBACK)).acr).to.equal(MFA);
    const security = await visitor.open('/account/security');
    expect(security.name).to.equal('security');
    expect(security.$('button[name=turn-off], button[name=remove]').length).to.equal(0);
  });

  it('lets a person leave, and asks again at the next sign-in [1.3 4.6]', async () => {
    await s.app.reload(required());
    const { visitor, page } = await givePassword(s, 'boss@open.test');
    expect(page.name).to.equal('set-up-totp');
    const left = await visitor.follow(await visitor.submit(page, {}, 'cancel'));
    expect(errorOf(left)).to.equal('access_denied');
    const again = await givePassword(s, 'boss@open.test', visitor);
    expect(again.page.name).to.equal('set-up-totp');
    expect(again.page.mark('secret')).not.to.equal(page.mark('secret'));
  });
});
