/** The claims that relying parties and resource servers get: ID token, userinfo, introspection. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { standardConfig } from '../../../support/app.ts';
import { claimsOf, interaction, MFA, refresh, SFA, tokensFor } from '../story.ts';

const EVERYTHING = 'openid profile email phone offline_access';

describe('claims', () => {
  const at = interaction(() => {
    const { accounts } = standardConfig();
    const full = { phone: '+31612345678', email_confirmed: true };
    return {
      accounts: accounts.map((one) => (one.email === 'app@open.test' ? { ...one, ...full } : one)),
    };
  });

  it('include acr, amr and auth_time in every ID token, whatever the scope [U.3]', async () => {
    const before = Math.floor(at.clock.now() / 1000);
    const { claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect(claims).to.include({ acr: SFA, iss: at.app.origin, aud: 'rp' });
    expect(claims.amr).to.deep.equal(['pwd']);
    expect(claims.auth_time).to.be.within(before, Math.floor(at.clock.now() / 1000));
    expect(claims).not.to.have.any.keys('email', 'name', 'phone_number', 'tenant');
  });

  it('include the same acr, amr and auth_time after each refresh [U.3]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', { scope: EVERYTHING });
    at.clock.nextStep(120_000);
    const first = await refresh(at.rp, tokens.refresh_token);
    const second = await refresh(at.rp, first.refresh_token);
    for (const again of [claimsOf(first), claimsOf(second)]) {
      expect(again).to.include({ acr: MFA, sub: claims.sub, auth_time: claims.auth_time });
      expect(again.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    }
    expect(claimsOf(second).iat).to.be.greaterThan(claims.iat + 100);
  });

  it('of each scope are given at userinfo, the tenant with profile [U.3]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', { scope: EVERYTHING });
    const info = await client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(info).to.deep.include({
      sub: claims.sub,
      name: 'app',
      tenant: 'open',
      email: 'app@open.test',
      email_verified: true,
      phone_number: '+31612345678',
      phone_number_verified: false,
    });
  });

  it('of a scope that was not requested are missing [U.3]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', { scope: 'openid email' });
    const info = await client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(info).to.include({ sub: claims.sub, email: 'app@open.test' });
    expect(info).not.to.have.any.keys('name', 'tenant', 'locale', 'phone_number', 'phone_number_verified');
  });

  it('include the same sub for every client, and mark an unconfirmed e-mail address [U.3]', async () => {
    const one = await tokensFor(at.app, at.rp, 'new@open.test', { scope: 'openid email' });
    const other = await tokensFor(at.app, await at.app.relyingParty('rp2'), 'new@open.test');
    expect(other.claims.sub).to.equal(one.claims.sub);
    const info = await client.fetchUserInfo(at.rp.configuration, one.tokens.access_token, one.claims.sub);
    expect(info.email_verified).to.equal(false);
    expect(info.sub).not.to.include('@');
  });

  it('include acr and auth_time at introspection of an access token, after a refresh too [U.3]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', { scope: EVERYTHING });
    const refreshed = await refresh(at.rp, tokens.refresh_token);
    for (const token of [tokens.access_token, refreshed.access_token]) {
      const answer = await client.tokenIntrospection(at.rp.configuration, token);
      expect(answer).to.include({
        active: true,
        sub: claims.sub,
        client_id: 'rp',
        acr: MFA,
        auth_time: claims.auth_time,
      });
    }
  });

  it('are placed singly as the claims parameter requests [U.3]', async () => {
    const asked = JSON.stringify({
      id_token: { email: null, tenant: null },
      userinfo: { phone_number: { essential: true } },
    });
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', { claims: asked });
    expect(claims).to.include({ email: 'app@open.test', tenant: 'open' });
    const info = await client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(info).to.include({ phone_number: '+31612345678' });
    expect(info).not.to.have.any.keys('email', 'tenant');
  });
});
