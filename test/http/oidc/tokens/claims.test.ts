/** The claims that relying parties and resource servers get: ID token, userinfo, introspection. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { standardConfig } from '../../../support/app.ts';
import {
  answerOf,
  askAgain,
  claimsOf,
  confidential,
  interaction,
  MFA,
  refresh,
  SFA,
  tokensFor,
  withClients,
} from '../story.ts';

const EVERYTHING = 'openid profile email phone groups offline_access';

describe('claims', () => {
  const at = interaction(() => {
    const { accounts } = standardConfig();
    const full = {
      phone: '+31612345678',
      email_confirmed: true,
      given_name: 'Ada',
      family_name: 'Poe',
      username: 'ada',
      locale: 'nl',
      groups: ['sales', 'fire wardens'],
      attributes: { department: 'Sales', floors: ['1', '2'] },
    };
    const tenants = standardConfig().tenants.map((one) =>
      one.id === 'open' ? { ...one, time_zone: 'Europe/Amsterdam' } : one,
    );
    return {
      ...withClients(
        confidential('in-token', { claims_in_id_token: true }),
        confidential('narrow', { scope: 'openid email' }),
      ),
      tenants,
      claims: [
        { claim: 'department', from: 'attributes.department', scope: 'profile' },
        { claim: 'https://rp.test/floors', from: 'attributes.floors', scope: 'groups' },
        { claim: 'cost_centre', from: 'attributes.cost_centre', scope: 'profile' },
      ],
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
      given_name: 'Ada',
      family_name: 'Poe',
      preferred_username: 'ada',
      locale: 'nl',
      zoneinfo: 'Europe/Amsterdam',
      groups: ['sales', 'fire wardens'],
      roles: ['member'],
    });
    const account = await at.app.parts.stores.accounts.findByEmail('app@open.test');
    expect(info.updated_at).to.equal(Math.floor((account?.updatedAt ?? 0) / 1000));
  });

  it('of attributes are given as the configuration says, and are absent without the attribute [U.3]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', { scope: 'openid profile' });
    const info = await client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(info.department).to.equal('Sales');
    expect(info).not.to.have.any.keys('cost_centre', 'https://rp.test/floors', 'groups', 'roles');
    const both = await tokensFor(at.app, at.rp, 'app@open.test', { scope: 'openid groups' });
    const more = await client.fetchUserInfo(at.rp.configuration, both.tokens.access_token, claims.sub);
    expect(more['https://rp.test/floors']).to.deep.equal(['1', '2']);
    expect(more).not.to.have.property('department');
  });

  it('have the address for a user name and the tenant’s language where the account has none [U.3]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'boss@open.test', {
      scope: 'openid profile groups',
    });
    const info = await client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(info).to.deep.include({
      preferred_username: 'boss@open.test',
      locale: 'en',
      groups: [],
      roles: ['admin'],
    });
    expect(info).not.to.have.any.keys('given_name', 'family_name');
  });

  it('stand in the ID token for a client that wants them there, those of granted scopes alone [U.3]', async () => {
    const party = await at.app.relyingParty('in-token');
    const scope = 'openid profile groups';
    const { tokens, claims } = await tokensFor(at.app, party, 'app@open.test', { scope });
    const told = { name: 'app', department: 'Sales', groups: ['sales', 'fire wardens'], acr: MFA };
    expect(claims).to.deep.include(told);
    expect(claims).not.to.have.any.keys('email', 'phone_number');
    const info = await client.fetchUserInfo(party.configuration, tokens.access_token, claims.sub);
    expect(info).to.deep.include({ name: 'app', groups: ['sales', 'fire wardens'] });
    const plain = await tokensFor(at.app, at.rp, 'app@open.test', { scope });
    expect(plain.claims).not.to.have.any.keys('name', 'department', 'groups', 'roles');
  });

  it('are refused with a scope that nobody defines, by its name [U.3]', async () => {
    const visitor = at.app.visitor();
    const answer = answerOf(await askAgain(visitor, at.rp, { scope: 'openid payroll' }));
    expect(answer.get('error')).to.equal('invalid_scope');
    expect(answer.get('error_description')).to.match(/unknown/);
  });

  it('have a time of the last change that a change moves [U.3]', async () => {
    const { accounts } = at.app.parts.stores;
    const account = await accounts.findByEmail('new@plain.test');
    const later = at.clock.now() + 60_000;
    await accounts.setLocale(account?.id ?? '', 'nl', later);
    expect((await accounts.findByEmail('new@plain.test'))?.updatedAt).to.equal(later);
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

  it('are refused singly where the client may not ask for a scope that gives them [U.3]', async () => {
    const narrow = await at.app.relyingParty('narrow');
    const asking = (part: string, claim: string) =>
      askAgain(at.app.visitor(), narrow, { claims: JSON.stringify({ [part]: { [claim]: null } }) });
    for (const part of ['id_token', 'userinfo'])
      for (const claim of ['groups', 'phone_number', 'department', 'https://rp.test/floors'])
        expect(answerOf(await asking(part, claim)).get('error'), claim).to.equal('invalid_request');
    for (const claim of ['email', 'acr', 'unknown'])
      expect((await asking('id_token', claim)).name, claim).to.equal('sign-in');
  });
});
