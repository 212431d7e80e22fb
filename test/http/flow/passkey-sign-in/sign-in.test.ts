/** Signing in with a passkey alone, over HTTP: from relying party to relying party, and what stops it. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  claimsOf,
  interaction,
  MFA,
  nextCode,
  PHR,
  partyOf,
  redeem,
  refresh,
  SFA,
} from '../../oidc/story.ts';
import { alertOf, arrive, givePassword, hasCode, uidOf } from '../members.ts';
import { optionsOf, passkeyPeople, tenantsFor, withMembers } from './holder.ts';

const OFFLINE = { scope: 'openid offline_access' };
const PEOPLE = 'ada amy bea cal dee eli fin gil hob ivy joy ken leo mia ned'.split(' ');

describe('signing in with a passkey', () => {
  const s = interaction(() => withMembers(...PEOPLE), { hostname: 'localhost' });
  const { holder, use, signInWith } = passkeyPeople({
    get app() {
      return s.app;
    },
    get rp() {
      return s.rp;
    },
  });

  it('takes one form from relying party to relying party, and is two factors [A76]', async () => {
    const { key } = await holder('amy');
    const { visitor, page } = await arrive(s, s.app.visitor(), OFFLINE);
    expect(page.name).to.equal('sign-in');
    expect(page.$('[name=email]').attr('autocomplete')).to.equal('username webauthn');
    expect(optionsOf(page)).to.deep.include({ userVerification: 'required', allowCredentials: [] });
    const answer = await use(visitor, page, key);
    expect(answer.status).to.equal(303);
    const end = await visitor.follow(answer);
    const { claims, tokens } = await redeem(s.rp, end);
    expect([claims.acr, claims.amr]).to.deep.equal([PHR, ['hwk', 'user', 'mfa']]);
    expect((await refresh(s.rp, tokens.refresh_token)).access_token).to.be.a('string');
    // The session meets every policy, and its factor is fresh.
    const always = await partyOf(s.app, 'always');
    expect(hasCode(await visitor.open(await always.authorizationUrl()))).to.equal(true);
    expect((await visitor.open(`${s.app.origin}/account/security`)).name).to.equal('security');
  });

  it('leaves the page as it was for a password, and a GET of it stores nothing', async () => {
    const { visitor, page } = await arrive(s);
    const { challenge } = optionsOf(page);
    expect(page.$('button[name=passkey][hidden]')).to.have.lengthOf(1);
    const again = await visitor.get(page.url);
    expect(optionsOf(again).challenge).not.to.equal(challenge);
    const end = await visitor.signIn('new@open.test', PASSWORD);
    expect((await redeem(s.rp, end)).claims.acr).to.equal(SFA);
  });

  it('answers prompt=login and max_age with a new auth_time', async () => {
    const { key } = await holder('bea');
    const { visitor, end } = await signInWith(key);
    const { claims } = await redeem(s.rp, end);
    s.clock.nextStep(2 * MINUTE);
    for (const parameters of [{ prompt: 'login' }, { max_age: '60' }]) {
      s.clock.nextStep(2 * MINUTE);
      const page = await askAgain(visitor, s.rp, parameters);
      expect(page.name).to.equal('sign-in');
      const renewed = await redeem(s.rp, await visitor.follow(await use(visitor, page, key)));
      expect(Number(renewed.claims.auth_time)).to.be.above(Number(claims.auth_time) + 60);
    }
  });

  it('shows a refused answer on the same page, with a new challenge [A128 A43]', async () => {
    const { key } = await holder('cal');
    const { visitor, page } = await arrive(s);
    const { challenge } = optionsOf(page);
    const refused = await use(visitor, page, key, { verified: false });
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'sign-in', 'code_invalid']);
    expect(alertOf(refused)).to.include('didn’t check that it’s you');
    expect(optionsOf(refused).challenge).not.to.equal(challenge);
    const empty = await visitor.submit(refused, { response: '' }, 'passkey');
    expect([empty.status, empty.error]).to.deep.equal([422, 'code_invalid']);
    expect(hasCode(await visitor.follow(await use(visitor, empty, key)))).to.equal(true);
  });

  it('refuses the answer of another interaction, and a recorded one [A128]', async () => {
    const { key } = await holder('dee');
    const first = await arrive(s);
    const second = await arrive(s);
    const response = key.get(optionsOf(first.page));
    const foreign = await second.visitor.submit(second.page, { response }, 'passkey');
    expect([foreign.status, foreign.error]).to.deep.equal([422, 'code_expired']);
    const accepted = await first.visitor.submit(first.page, { response }, 'passkey');
    expect(accepted.status).to.equal(303);
    const again = await first.visitor.submit(first.page, { response }, 'passkey');
    expect(again.status).to.be.oneOf([400, 422]);
    expect(hasCode(await first.visitor.follow(accepted))).to.equal(true);
  });

  it('needs the form of this interaction, and belongs to the browser that it was given in [A9]', async () => {
    const { key } = await holder('eli');
    const { visitor, page } = await arrive(s);
    const response = key.get(optionsOf(page));
    const address = `${s.app.origin}/interaction/${uidOf(page)}/sign-in`;
    expect((await visitor.post(address, { response, _token: 'another' })).status).to.equal(403);
    const stranger = s.app.visitor();
    expect((await stranger.submit(page, { response }, 'passkey')).status).to.equal(400);
  });

  it('tells the browser of a passkey that was removed [A128]', async () => {
    const { key, visitor } = await holder('fin');
    const { enrolments } = s.app.parts.stores;
    const account = await s.app.parts.stores.accounts.findByEmail('fin@strict.test');
    const [passkey] = await enrolments.listByAccount(account?.id ?? '');
    await enrolments.remove(account?.id ?? '', passkey?.id ?? '');
    const { visitor: other, page } = await arrive(s);
    const refused = await use(other, page, key);
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    expect(alertOf(refused)).to.include('can’t sign you in here');
    const { id } = JSON.parse(key.get(optionsOf(page)));
    expect(refused.$('form[data-passkey]').attr('data-unknown')).to.equal(id);
    // The session that began with it has ended.
    expect((await askAgain(visitor, s.rp)).name).to.equal('sign-in');
  });

  it('ends the session whose only factor was removed, and no password takes its place', async () => {
    const { key } = await holder('gil');
    const { visitor, end } = await signInWith(key, OFFLINE);
    const { tokens } = await redeem(s.rp, end);
    const account = await s.app.parts.stores.accounts.findByEmail('gil@strict.test');
    for (const { id } of await s.app.parts.stores.enrolments.listByAccount(account?.id ?? ''))
      await s.app.parts.stores.enrolments.remove(account?.id ?? '', id);
    expect((await askAgain(visitor, s.rp)).name).to.equal('sign-in');
    expect(await refresh(s.rp, tokens.refresh_token).catch(({ error }) => error)).to.equal('invalid_grant');
  });

  it('refuses another account than the one of the hint [A128]', async () => {
    const { key } = await holder('hob');
    const { key: another } = await holder('ivy');
    const wanted = await signInWith(key);
    const { tokens } = await redeem(s.rp, wanted.end);
    const hinted = await arrive(s, s.app.visitor(), { id_token_hint: String(tokens.id_token) });
    const refused = await use(hinted.visitor, hinted.page, another);
    expect([refused.status, refused.name, refused.error]).to.deep.equal([403, 'error', 'forbidden']);
    const end = await hinted.visitor.follow(await use(hinted.visitor, hinted.page, key));
    expect((await redeem(s.rp, end)).claims.sub).to.equal(claimsOf(tokens).sub);
  });

  it('takes the passkey of the session’s account alone at a step-up [A128]', async () => {
    const { key } = await holder('joy');
    const { visitor } = await givePassword(s, 'new@open.test');
    const page = await askAgain(visitor, s.rp, { acr_values: MFA });
    const signIn = await visitor.get(`${s.app.origin}/interaction/${uidOf(page)}/sign-in`);
    expect(signIn.name).to.equal('sign-in');
    const refused = await use(visitor, signIn, key);
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
  });

  it('replaces the password that was given for another account', async () => {
    const { key } = await holder('ken');
    const { visitor, page } = await givePassword(s, 'app@open.test');
    expect(page.name).to.equal('enter-code');
    const signIn = await visitor.get(`${s.app.origin}/interaction/${uidOf(page)}/sign-in`);
    const end = await visitor.follow(await use(visitor, signIn, key));
    const { claims } = await redeem(s.rp, end);
    expect([claims.acr, claims.amr]).to.deep.equal([PHR, ['hwk', 'user', 'mfa']]);
  });

  it('changes the account of a session', async () => {
    const { key } = await holder('leo');
    const visitor = s.app.visitor();
    await arrive(s, visitor);
    await visitor.signIn('app@open.test', PASSWORD);
    await visitor.enterCode(nextCode(s.app));
    const page = await askAgain(visitor, s.rp, { prompt: 'login' });
    const switching = await visitor.follow(await use(visitor, page, key));
    expect(switching.name).to.equal('switch-account');
    const end = await visitor.follow(await visitor.submit(switching, {}));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(PHR);
  });

  it('remembers the browser, so that a stranger’s wrong passwords lock nobody out of it', async () => {
    const { key, email } = await holder('mia');
    const { visitor } = await signInWith(key);
    for (let times = 0; times < 11; times += 1) {
      const stranger = await arrive(s);
      await stranger.visitor.signIn(email, 'wrong');
    }
    const locked = await givePassword(s, email);
    expect(locked.page.error).to.equal('too_many_attempts');
    await arrive(s, visitor, { prompt: 'login' });
    expect((await visitor.signIn(email, PASSWORD)).name).to.equal('use-passkey');
    // A passkey needs no known browser.
    expect(hasCode((await signInWith(key)).end)).to.equal(true);
  });

  describe('where the tenant changes its mind', () => {
    afterEach(() => s.app.reload({ tenants: tenantsFor() }));

    it('is forbidden by passkey_sign_in: false, for sessions too, and told kindly', async () => {
      const { key, email } = await holder('ned');
      const { visitor } = await signInWith(key);
      await s.app.reload({ tenants: tenantsFor({ strict: { passkey_sign_in: false } }) });
      expect((await askAgain(visitor, s.rp)).name).to.equal('sign-in');

      const other = await arrive(s);
      const refused = await use(other.visitor, other.page, key);
      expect([refused.status, refused.name, refused.error]).to.deep.equal([
        422,
        'sign-in',
        'method_not_allowed',
      ]);
      expect(alertOf(refused)).to.include('Your workspace asks for a password');
      const asked = await other.visitor.signIn(email, PASSWORD);
      expect(asked.name).to.equal('use-passkey');
      const strict = await partyOf(s.app, 'strict-only');
      const page = await s.app.visitor().open(await strict.authorizationUrl());
      expect([page.name, page.$('form[data-passkey], script[src*=passkey]').length]).to.deep.equal([
        'sign-in',
        0,
      ]);
    });

    it('is forbidden to members where the policy is off, and offered to the other roles by autofill alone', async () => {
      const { key } = await holder('ada');
      await s.app.reload({ tenants: tenantsFor({ strict: { enforcement: 'off' } }) });
      const { visitor, page } = await arrive(s);
      const refused = await use(visitor, page, key);
      expect([refused.status, refused.error]).to.deep.equal([422, 'method_not_allowed']);
      const strict = await partyOf(s.app, 'strict-only');
      const offered = await s.app.visitor().open(await strict.authorizationUrl());
      expect(offered.$('form[data-passkey]').attr('data-button')).to.equal('false');
    });
  });
});
