/** The device grant (RFC 8628) with the whole sign-in behind it. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import {
  askAgain,
  claimsOf,
  interaction,
  MFA,
  nextCode,
  post,
  refresh,
  refusal,
  SFA,
  setUpApp,
  tokensFor,
  withPeople,
} from '../story.ts';
import { ask, confirm, deviceParty, poll, pollAtOnce, type, withDevices } from './device-story.ts';

describe('the device grant', () => {
  const at = interaction(() => ({ ...withDevices(), ...withPeople({ 'sue@open.test': 'new@open.test' }) }));
  let tv: RelyingParty;
  before(async () => {
    tv = await deviceParty(at.app);
  });

  it('announces its endpoint and its grant [U.3]', async () => {
    const metadata = tv.configuration.serverMetadata();
    expect(metadata.device_authorization_endpoint).to.equal(`${at.app.origin}/device/auth`);
    expect(metadata.grant_types_supported).to.include('urn:ietf:params:oauth:grant-type:device_code');
  });

  it('gives a code that people can read, its address, its life and its interval [U.3]', async () => {
    const device = await ask(tv);
    expect(device.user_code).to.match(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(device.verification_uri).to.equal(`${at.app.origin}/device`);
    expect(device.verification_uri_complete).to.equal(
      `${at.app.origin}/device?user_code=${device.user_code}`,
    );
    expect(device).to.include({ expires_in: 900, interval: 5 });
  });

  it('signs a device in after password and second factor, and says so in every token [A15]', async () => {
    const device = await ask(tv, { scope: 'openid email offline_access' });
    const visitor = at.app.visitor();
    const page = await confirm(visitor, device.user_code);
    expect(page.name).to.equal('sign-in');
    expect((await visitor.signIn('app@open.test', PASSWORD)).name).to.equal('enter-code');
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
    const done = await visitor.enterCode(nextCode(at.app));
    expect(done).to.include({ name: 'device-done', status: 200 });
    expect(new URL(done.url).pathname).to.equal('/device/done');
    expect(done.text).to.include('Television');

    const tokens = await poll(at.app, tv, device);
    const claims = claimsOf(tokens);
    expect(claims).to.include({ acr: MFA });
    expect(claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    expect(claims.auth_time).to.be.closeTo(at.app.clock.now() / 1000, 30);
    const seen = await client.tokenIntrospection(tv.configuration, tokens.access_token);
    expect(seen).to.include({ active: true, acr: MFA, sub: claims.sub, auth_time: claims.auth_time });
    const info = await client.fetchUserInfo(tv.configuration, tokens.access_token, claims.sub);
    expect(info.email).to.equal('app@open.test');
    const renewed = await refresh(tv, tokens.refresh_token);
    expect(renewed.claims()).to.include({ acr: MFA, auth_time: claims.auth_time, sub: claims.sub });
  });

  it('serves a public client without a secret [U.3]', async () => {
    const cli = await deviceParty(at.app, 'cli');
    const device = await ask(cli);
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    await visitor.signIn('new@open.test', PASSWORD);
    expect(claimsOf(await poll(at.app, cli, device)).acr).to.equal(SFA);
  });

  it('makes a person set up the factor that the tenant requires first [A15]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    await visitor.signIn('new@strict.test', PASSWORD);
    const { end } = await setUpApp(at.app, visitor);
    expect(end.name).to.equal('device-done');
    expect(claimsOf(await poll(at.app, tv, device)).acr).to.equal(MFA);
  });

  it('asks a signed-in person for nothing but the confirmation, and takes the session as it is [A15]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    const device = await ask(tv);
    const page = await visitor.follow(await type(visitor, device.user_code));
    expect(page.mark('account')).to.equal('new@open.test');
    const pressed = await visitor.submit(page, {}, 'confirm');
    expect(pressed).to.include({ status: 303, location: `${at.app.origin}/device/done` });
    const given = claimsOf(await poll(at.app, tv, device));
    expect(given).to.include({ sub: claims.sub, acr: SFA, auth_time: claims.auth_time });
  });

  it('asks a signed-in person for the factor that acr_values requests [A15]', async () => {
    const { visitor } = await tokensFor(at.app, await at.app.relyingParty('rp2'), 'app@plain.test');
    const device = await ask(tv, { acr_values: MFA });
    const page = await confirm(visitor, device.user_code);
    expect(page.name).to.equal('enter-code');
    expect((await visitor.enterCode(nextCode(at.app))).name).to.equal('device-done');
    expect(claimsOf(await poll(at.app, tv, device)).acr).to.equal(MFA);
  });

  it('asks for the second factor that its client always requires [A15]', async () => {
    const always = await deviceParty(at.app, 'always-tv');
    const { visitor } = await tokensFor(at.app, at.rp, 'sue@open.test');
    const device = await ask(always);
    expect((await confirm(visitor, device.user_code)).name).to.equal('set-up-choose');
    await setUpApp(at.app, visitor);
    expect(claimsOf(await poll(at.app, always, device)).acr).to.equal(MFA);
  });

  for (const maxAge of ['0', '60'])
    it(`asks for a new sign-in when the session is older than max_age=${maxAge} [A15]`, async () => {
      const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
      at.app.clock.nextStep(61_000);
      const device = await ask(tv, { max_age: maxAge });
      expect((await confirm(visitor, device.user_code)).name).to.equal('sign-in');
      expect((await visitor.signIn('new@open.test', PASSWORD)).name).to.equal('device-done');
      const given = claimsOf(await poll(at.app, tv, device));
      expect(given.auth_time).to.be.greaterThan(Number(claims.auth_time));
    });

  it('tells the device and the person when the requested level cannot be reached [A15]', async () => {
    const device = await ask(tv, { acr_values: 'phr' });
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    const page = await visitor.signIn('new@plain.test', PASSWORD);
    expect(page.name).to.equal('error');
    expect(page.text).to.include('unmet_authentication_requirements');
    expect(await refusal(poll(at.app, tv, device))).to.equal('unmet_authentication_requirements');
  });

  it('refuses the member of another tenant [U.3]', async () => {
    const strict = await deviceParty(at.app, 'strict-tv');
    const device = await ask(strict);
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect((await confirm(visitor, device.user_code)).name).to.equal('sign-in');
    expect(await visitor.signIn('new@open.test', PASSWORD)).to.include({ status: 403, error: 'forbidden' });
    expect(await refusal(poll(at.app, strict, device))).to.equal('authorization_pending');
  });

  it('refuses another account than the one that the device names [A15]', async () => {
    const first = await ask(tv);
    const owner = await tokensFor(at.app, at.rp, 'boss@open.test');
    await confirm(owner.visitor, first.user_code);
    const { id_token: hint } = await poll(at.app, tv, first);
    const other = await tokensFor(at.app, at.rp, 'new@open.test');
    const device = await ask(tv, { id_token_hint: String(hint) });
    expect((await confirm(other.visitor, device.user_code)).name).to.equal('sign-in');
    expect(await other.visitor.signIn('new@open.test', PASSWORD)).to.include({ error: 'forbidden' });
  });

  it('asks for consent to a third party, and grants what was asked [U.3]', async () => {
    const third = await deviceParty(at.app, 'third-tv');
    const device = await ask(third, { scope: 'openid email offline_access' });
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    const page = await visitor.signIn('new@open.test', PASSWORD);
    expect(page.name).to.equal('consent');
    const done = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    expect(done.name).to.equal('device-done');
    const tokens = await poll(at.app, third, device);
    expect(tokens.scope?.split(' ')).to.have.members(['openid', 'email', 'offline_access']);
    expect(tokens.refresh_token).to.be.a('string');
  });

  it('tells the device that consent was denied, and shows that nothing was signed in [U.3]', async () => {
    const third = await deviceParty(at.app, 'third-tv');
    const device = await ask(third, { scope: 'openid phone' });
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    const page = await visitor.signIn('app@plain.test', PASSWORD);
    const consent = page.name === 'enter-code' ? await visitor.enterCode(nextCode(at.app)) : page;
    const done = await visitor.follow(await visitor.submit(consent, {}, 'deny'));
    expect(done).to.include({ name: 'device-done', status: 200 });
    expect(done.$('h1').text()).to.equal('The device isn’t signed in');
    expect(await refusal(poll(at.app, third, device))).to.equal('access_denied');
  });

  it('tells the device that its person cancelled, before and within the sign-in [U.3]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    const page = await visitor.follow(await type(visitor, device.user_code));
    const cancelled = await visitor.submit(page, {}, 'cancel');
    expect(cancelled).to.include({ status: 303, location: `${at.app.origin}/device/done` });
    expect((await visitor.follow(cancelled)).name).to.equal('device-done');
    expect(await refusal(poll(at.app, tv, device))).to.equal('access_denied');

    const second = await ask(tv);
    const signInPage = await confirm(visitor, second.user_code);
    const left = await visitor.follow(await visitor.submit(signInPage, {}, 'cancel'));
    expect(left.$('h1').text()).to.equal('The device isn’t signed in');
    expect(await refusal(poll(at.app, tv, second))).to.equal('access_denied');
  });

  it('signs in as another person than the one of the session, whose session ends first [A86]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    at.app.clock.nextStep(2000);
    const device = await ask(tv, { max_age: '0' });
    await confirm(visitor, device.user_code);
    const page = await visitor.signIn('boss@open.test', PASSWORD);
    expect(page).to.include({ name: 'switch-account', status: 200 });
    const done = await visitor.follow(await visitor.submit(page, {}));
    expect(done.name).to.equal('device-done');
    const tokens = await poll(at.app, tv, device);
    const again = await askAgain(visitor, at.rp, { prompt: 'none' });
    const session = claimsOf(await at.rp.exchange(String(again.location)));
    expect(claimsOf(tokens).sub).to.equal(session.sub);
  });

  it('gives its tokens once, and revokes them when the device code is sent again [A44]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    await visitor.signIn('new@open.test', PASSWORD);
    const tokens = await poll(at.app, tv, device);
    expect(await refusal(poll(at.app, tv, device))).to.equal('invalid_grant');
    const seen = await client.tokenIntrospection(tv.configuration, tokens.access_token);
    expect(seen.active).to.equal(false);
  });

  it('gives one of fifty simultaneous requests the tokens [A44]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    await visitor.signIn('new@open.test', PASSWORD);
    at.app.clock.nextStep(6000);
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, () => pollAtOnce(tv, device.device_code)),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('ends with the policy: a sign-in that is not enough any more gives no token [B.2]', async () => {
    const device = await ask(tv, { scope: 'openid offline_access' });
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    await visitor.signIn('new@open.test', PASSWORD);
    const tenants = withEnforcement('required');
    await at.app.reload({ tenants });
    expect(await refusal(poll(at.app, tv, device))).to.equal('invalid_grant');
    await at.app.reload({ tenants: withEnforcement('optional') });
  });

  it('slows down a device that asks more often than every five seconds [U.3]', async () => {
    const device = await ask(tv);
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
    expect(await refusal(pollAtOnce(tv, device.device_code))).to.equal('slow_down');
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
    const slowed = await post(at.app, '/token', fieldsOf(device.device_code), 'tv');
    expect(slowed).to.include({ status: 400 });
    expect(slowed.body).to.include({ error: 'slow_down' });
  });

  it('tells the device and the person that a code has expired [U.3]', async () => {
    const device = await ask(tv);
    at.app.clock.nextStep(901_000);
    expect(await refusal(poll(at.app, tv, device))).to.equal('expired_token');
    const page = await type(at.app.visitor(), device.user_code);
    expect(page).to.include({ status: 422, name: 'device-code', error: 'code_expired' });
  });

  it('refuses the device code of another client', async () => {
    const device = await ask(tv);
    const answer = await post(at.app, '/token', fieldsOf(device.device_code), 'third-tv');
    expect(answer.body.error).to.equal('invalid_grant');
  });

  it('refuses an unknown scope, a client without the grant, and a wrong secret [U.3]', async () => {
    expect(await refusal(ask(tv, { scope: 'openid nonsense' }))).to.equal('invalid_scope');
    expect(await refusal(ask(at.rp))).to.equal('invalid_request');
    const response = await fetch(new URL('/device/auth', at.app.origin), {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('tv:wrong')}` },
      body: new URLSearchParams({ scope: 'openid' }),
    });
    expect(response.status).to.equal(401);
    expect(await response.json()).to.include({ error: 'invalid_client' });
  });

  const fieldsOf = (deviceCode: string) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
  });

  function withEnforcement(enforcement: string) {
    return [
      { id: 'open', name: 'open', second_factor: { enforcement, methods: ['totp'], set_up_proof: 'none' } },
      { id: 'strict', name: 'strict', second_factor: { enforcement: 'required', methods: ['totp'] } },
      { id: 'plain', name: 'plain', second_factor: { enforcement: 'off', methods: [] } },
    ];
  }
});
