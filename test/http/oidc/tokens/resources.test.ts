/** Access tokens for APIs: resource indicators (RFC 8707), JWT access tokens (RFC 9068) and what they must name. */
import { expect } from 'chai';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as client from 'openid-client';
import {
  answerOf,
  claimsOf,
  confidential,
  errorOf,
  interaction,
  MFA,
  partyOf,
  post,
  redeem,
  refusal,
  signIn,
  tokensFor,
  withClients,
} from '../story.ts';
import { API, GUARDED, introspect, OPAQUE, SERVERS, tokensForApi } from './apis.ts';

const MINUTE = 60;

describe('an access token for an API', () => {
  const at = interaction(() => ({
    ...withClients(
      confidential('reader', { scope: 'openid read' }),
      confidential('short', { token_lifetimes: { access_minutes: 2 } }),
      confidential('es256', { id_token_signed_response_alg: 'ES256' }),
    ),
    resource_servers: SERVERS,
  }));

  const tokens = (
    asked: Readonly<Record<string, string>>,
    resource: string | null,
    by: Parameters<typeof tokensForApi>[3] = {},
  ) => tokensForApi(at, asked, resource, by);

  async function refusedWith(asked: Readonly<Record<string, string>>, clientId = 'rp') {
    const rp = clientId === 'rp' ? at.rp : await partyOf(at.app, clientId);
    return errorOf(await at.app.visitor().open(await rp.authorizationUrl(asked)));
  }

  it('is a signed JWT with the claims of RFC 9068 [U.3]', async () => {
    const { token, answer } = await tokens({ scope: 'openid read', resource: API, acr_values: MFA }, API);
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL('/jwks', at.app.origin)),
      { issuer: at.app.origin, audience: API, typ: 'at+jwt', currentDate: new Date(at.clock.now()) },
    );
    const idToken = claimsOf(answer);
    expect(protectedHeader.alg).to.equal('RS256');
    expect(payload).to.include({ sub: idToken.sub, client_id: 'rp', scope: 'read', acr: MFA });
    expect(payload.auth_time).to.equal(idToken.auth_time);
    expect(payload.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    expect(payload.jti).to.be.a('string');
    expect(payload).not.to.have.any.keys('groups', 'roles', 'email', 'username', 'sid');
    expect(answer.scope).to.equal('read');
  });

  it('carries groups and roles where the scope groups was granted [U.3]', async () => {
    const { token } = await tokens({ scope: 'openid groups read', resource: API }, API, {
      email: 'boss@open.test',
    });
    expect(decodeJwt(token)).to.deep.include({ groups: [], roles: ['admin'], scope: 'read' });
  });

  it('is for the API that the token request names, and for the userinfo endpoint without one [U.3]', async () => {
    const asked = { scope: 'openid email read', resource: API };
    const { rp, token, answer } = await tokens(asked, null);
    expect(token.split('.')).to.have.length(1);
    expect(answer.scope).to.equal('openid email');
    const info = await client.fetchUserInfo(rp.configuration, token, claimsOf(answer).sub);
    expect(info.email).to.equal('app@open.test');

    const other = await tokens(asked, API);
    const refused = client.fetchUserInfo(rp.configuration, other.token, claimsOf(other.answer).sub);
    expect(await refusal(refused)).to.equal('invalid_token');
  });

  it('leaves the claims of the ID token as they are without an API [U.3]', async () => {
    const names = async (asked: Readonly<Record<string, string>>, resource: string | null) =>
      Object.keys(claimsOf((await tokens(asked, resource)).answer)).sort();
    const plain = await names({ scope: 'openid email groups' }, null);
    expect(plain).not.to.include.members(['email']);
    expect(await names({ scope: 'openid email groups read', resource: API }, API)).to.deep.equal(plain);
  });

  it('is given anew by a refresh, for each API of the grant and with less scope where asked [U.3]', async () => {
    const rp = at.rp;
    const url = new URL(await rp.authorizationUrl({ scope: 'openid offline_access groups read look' }));
    url.searchParams.append('resource', API);
    url.searchParams.append('resource', OPAQUE);
    const end = await signIn(at.app, at.app.visitor(), url.href, 'app@open.test');
    const { tokens: first } = await redeem(rp, end);
    const renew = (more: Readonly<Record<string, string>>) =>
      client.refreshTokenGrant(rp.configuration, first.refresh_token ?? '', more);

    expect(decodeJwt((await renew({ resource: API })).access_token)).to.deep.include({
      aud: API,
      scope: 'read',
      groups: [],
    });
    const opaque = await introspect(at, (await renew({ resource: OPAQUE })).access_token);
    expect(opaque).to.deep.include({ aud: OPAQUE, scope: 'look' });
    const less = decodeJwt((await renew({ resource: API, scope: 'openid read' })).access_token);
    expect(less).not.to.have.any.keys('groups', 'roles');
    expect(await refusal(renew({ resource: GUARDED }))).to.equal('invalid_target');
  });

  it('is refused for an API that nobody defines, or that the sign-in did not name [U.3]', async () => {
    expect(await refusedWith({ resource: 'https://unknown.test' })).to.equal('invalid_target');
    expect(await refusedWith({ resource: `${API}/` })).to.equal('invalid_target');
    const foreign = tokens({ scope: 'openid read', resource: API }, OPAQUE);
    expect(await refusal(foreign)).to.equal('invalid_target');
    expect(await refusal(tokens({ scope: 'openid' }, API))).to.equal('invalid_target');
  });

  it('has a scope that the API defines: others are refused and not left out [U.3]', async () => {
    expect(await refusedWith({ scope: 'openid everything' })).to.equal('invalid_scope');
    expect(await refusedWith({ scope: 'openid everything', resource: API })).to.equal('invalid_scope');
    expect(await refusedWith({ scope: 'openid read' })).to.equal('invalid_scope');
    expect(await refusedWith({ scope: 'openid look', resource: API })).to.equal('invalid_scope');
  });

  it('has no scope beyond those that its client may ask for [U.3]', async () => {
    expect(await refusedWith({ scope: 'openid write', resource: API }, 'reader')).to.equal('invalid_scope');
    expect(await refusedWith({ scope: 'openid email' }, 'reader')).to.equal('invalid_scope');
    const { token } = await tokens({ scope: 'openid read', resource: API }, API, { clientId: 'reader' });
    expect(decodeJwt(token).scope).to.equal('read');
  });

  it('is refused in a pushed request by the same rules [U.3]', async () => {
    const push = async (fields: Readonly<Record<string, string>>) => {
      const asked = {
        client_id: 'rp',
        response_type: 'code',
        nonce: 'n',
        redirect_uri: 'http://rp.test/callback',
      };
      return (await post(at.app, '/request', { ...asked, ...fields })).body.error;
    };
    expect(await push({ scope: 'openid', resource: 'https://unknown.test' })).to.equal('invalid_target');
    expect(await push({ scope: 'openid read' })).to.equal('invalid_scope');
    expect(await push({ scope: 'openid read', resource: API })).to.equal(undefined);
  });

  it('lives as long as the API says, else as long as the client says [U.3]', async () => {
    const life = (token: string) => {
      const { iat = 0, exp = 0 } = decodeJwt(token);
      return exp - iat;
    };
    const asked = { scope: 'openid read', resource: API };
    const { token, answer } = await tokens(asked, API, { clientId: 'short' });
    expect([life(token), answer.expires_in]).to.deep.equal([15 * MINUTE, 15 * MINUTE]);
    const opaque = await tokens({ scope: 'openid look', resource: OPAQUE }, OPAQUE, { clientId: 'short' });
    expect(opaque.answer.expires_in).to.equal(2 * MINUTE);
  });

  it('is signed with the usual algorithm, also for a client whose ID tokens have another [U.3]', async () => {
    const { token } = await tokens({ scope: 'openid read', resource: API }, API, { clientId: 'es256' });
    expect(decodeProtectedHeader(token).alg).to.equal('RS256');
  });
});

describe('a third-party client that names an API', () => {
  const at = interaction(() => ({ resource_servers: SERVERS }));

  it('gets its scopes after a consent that names both [U.3]', async () => {
    const third = await at.app.relyingParty('third');
    const visitor = at.app.visitor();
    const asked = { scope: 'openid email read', resource: API };
    const page = await signIn(at.app, visitor, await third.authorizationUrl(asked), 'new@open.test');
    expect(page.name).to.equal('consent');
    expect(page.text).to.include(API).and.include('read');
    expect(page.text).not.to.include('write');
    const end = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    const answer = await third.exchange(end.location ?? '', { resource: API });
    expect(decodeJwt(answer.access_token)).to.include({ aud: API, scope: 'read' });

    const again = await visitor.open(await third.authorizationUrl({ ...asked, prompt: 'none' }));
    expect(answerOf(again).has('code')).to.equal(true);
    const more = { ...asked, scope: 'openid email read write', prompt: 'none' };
    expect(errorOf(await visitor.open(await third.authorizationUrl(more)))).to.equal('consent_required');
  });

  it('gets no token for an API that the person has not allowed, even without a scope [U.3]', async () => {
    const third = await at.app.relyingParty('third');
    const visitor = at.app.visitor();
    await signIn(at.app, visitor, await third.authorizationUrl(), 'new@open.test');
    await visitor.follow(await visitor.submit(visitor.page, {}, 'allow'));
    const silently = { resource: API, prompt: 'none' };
    expect(errorOf(await visitor.open(await third.authorizationUrl(silently)))).to.equal('consent_required');

    const page = await visitor.open(await third.authorizationUrl({ resource: API }));
    expect(page.name).to.equal('consent');
    expect(page.text).to.include(API);
    const end = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    const { access_token: token } = await third.exchange(end.location ?? '', { resource: API });
    const { aud, scope = '' } = decodeJwt(token);
    expect({ aud, scope }).to.deep.equal({ aud: API, scope: '' });
    expect(answerOf(await visitor.open(await third.authorizationUrl(silently))).has('code')).to.equal(true);
  });

  it('gets no scope of the API in a token for the userinfo endpoint [U.3]', async () => {
    const third = await at.app.relyingParty('third');
    const visitor = at.app.visitor();
    const url = await third.authorizationUrl({ scope: 'openid read', resource: API });
    const page = await signIn(at.app, visitor, url, 'new@open.test');
    const end = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    expect((await third.exchange(end.location ?? '')).scope).to.equal('openid');
  });
});

describe('a server without an API', () => {
  const at = interaction();

  it('refuses every resource, and a client that acts for itself [U.3]', async () => {
    const url = await at.rp.authorizationUrl({ resource: API });
    expect(errorOf(await at.app.visitor().open(url))).to.equal('invalid_target');
    const { tokens } = await tokensFor(at.app, at.rp, 'new@open.test', { scope: 'openid offline_access' });
    const narrowed = client.refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '', {
      resource: API,
    });
    expect(await refusal(narrowed)).to.equal('invalid_target');
  });
});
