/** A client with `profile: fapi2`, rule by rule (FAPI 2.0 Security Profile, 5.3.2). */
import type { webcrypto } from 'node:crypto';
import { expect } from 'chai';
import * as client from 'openid-client';
import { CALLBACK, CLIENT_SECRET } from '../../../support/app.ts';
import {
  assertionClaims,
  assertionFields,
  createAssertionKeys,
} from '../../../support/hosts/client-assertion.ts';
import { answerOf, claimsOf, confidential, interaction, refusal, signIn, withClients } from '../story.ts';

const EMAIL = 'new@open.test';
const SECOND = 1000;
const CHALLENGE = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

describe('a client with the FAPI 2.0 profile', () => {
  const keys = createAssertionKeys();
  let pair: webcrypto.CryptoKeyPair;
  let other: webcrypto.CryptoKeyPair;
  before(async () => {
    pair = await client.randomDPoPKeyPair('ES256');
    other = await client.randomDPoPKeyPair('ES256');
  });

  const at = interaction(() =>
    withClients(
      { client_id: 'bank', profile: 'fapi2', jwks: keys.jwks, redirect_uris: [CALLBACK], first_party: true },
      { client_id: 'bank2', profile: 'fapi2', jwks: keys.jwks, redirect_uris: [CALLBACK], first_party: true },
      confidential('plain'),
    ),
  );

  const assertion = (clientId = 'bank', header: Readonly<Record<string, unknown>> = {}) =>
    keys.sign(assertionClaims(clientId, at.app.origin, at.app.clock.now()), header);

  async function post(path: string, fields: Readonly<Record<string, string>>, proof?: string) {
    const response = await fetch(new URL(path, at.app.origin), {
      method: 'POST',
      ...(proof ? { headers: { dpop: proof } } : {}),
      body: new URLSearchParams(fields),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Pushes a request by hand. A parameter that is null is left out. */
  function push(change: Readonly<Record<string, string | null>> = {}, clientId = 'bank') {
    const fields = {
      client_id: clientId,
      response_type: 'code',
      scope: 'openid offline_access',
      redirect_uri: CALLBACK,
      ...CHALLENGE,
      ...assertionFields(assertion(clientId)),
      ...change,
    };
    const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== null);
    return post('/request', Object.fromEntries(given));
  }

  const authorize = (requestUri: unknown, clientId = 'bank') =>
    `/auth?${new URLSearchParams({ client_id: clientId, request_uri: String(requestUri) })}`;

  async function party(clientId = 'bank') {
    const configuration = await client.discovery(
      new URL(at.app.origin),
      clientId,
      {},
      (_server, _client, body) => {
        for (const [name, value] of Object.entries(assertionFields(assertion(clientId))))
          body.set(name, value);
      },
      { execute: [client.allowInsecureRequests] },
    );
    return configuration;
  }

  /** Signs in with PAR and redeems the code. The DPoP key is named at the pushed request, or at the token alone. */
  async function signedIn(named: webcrypto.CryptoKeyPair | null, used: webcrypto.CryptoKeyPair | null) {
    const configuration = await party();
    const handle = (one: webcrypto.CryptoKeyPair | null) =>
      one ? { DPoP: client.getDPoPHandle(configuration, one) } : undefined;
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = await client.buildAuthorizationUrlWithPAR(
      configuration,
      {
        redirect_uri: CALLBACK,
        scope: 'openid offline_access',
        state,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      },
      handle(named),
    );
    const visitor = at.app.visitor();
    const end = await signIn(at.app, visitor, url.href, EMAIL);
    const redeem = () =>
      client.authorizationCodeGrant(
        configuration,
        new URL(end.location ?? ''),
        { pkceCodeVerifier, expectedState: state },
        undefined,
        handle(used),
      );
    return { configuration, visitor, end, redeem, dpop: handle(used) };
  }

  it('signs in with a pushed request, PKCE, its own key and DPoP, and gets ID tokens of ES256 [U.3]', async () => {
    const { end, redeem, configuration, dpop } = await signedIn(pair, pair);
    expect(answerOf(end).get('iss')).to.equal(at.app.origin);
    const tokens = await redeem();
    expect(tokens.token_type).to.equal('dpop');
    const header = JSON.parse(
      Buffer.from((tokens.id_token ?? '').split('.')[0] ?? '', 'base64url').toString(),
    );
    expect(header.alg).to.equal('ES256');
    const { sub } = claimsOf(tokens);
    const told = await client.fetchUserInfo(configuration, tokens.access_token, sub, dpop);
    expect(told.sub).to.equal(sub);
  });

  it('keeps its refresh token, which is good for new tokens with its key [U.3]', async () => {
    const { redeem, configuration, dpop } = await signedIn(pair, pair);
    const { refresh_token: first = '' } = await redeem();
    for (let times = 0; times < 3; times += 1) {
      const again = await client.refreshTokenGrant(configuration, first, undefined, dpop);
      expect(again.token_type).to.equal('dpop');
      expect(again.refresh_token ?? first).to.equal(first);
    }
    const bare = client.refreshTokenGrant(configuration, first);
    expect(await refusal(bare)).to.equal('invalid_grant');
  });

  it('cannot ask without pushing the request, and learns so at its own address [A84]', async () => {
    const page = await at.app
      .visitor()
      .open(
        `/auth?${new URLSearchParams({ client_id: 'bank', response_type: 'code', scope: 'openid', redirect_uri: CALLBACK, state: 's', ...CHALLENGE })}`,
      );
    expect(Object.fromEntries(answerOf(page))).to.deep.equal({
      error: 'invalid_request',
      error_description: 'Pushed Authorization Request must be used',
      state: 's',
      iss: at.app.origin,
    });
  });

  it('cannot push a request without PKCE with S256, without redirect_uri or for another flow [A84]', async () => {
    for (const change of [
      { code_challenge: null, code_challenge_method: null },
      { code_challenge: null, code_challenge_method: null, nonce: 'a-nonce-in-its-place' },
      { code_challenge_method: 'plain' },
      { code_challenge_method: null },
      { redirect_uri: null },
      { redirect_uri: 'http://elsewhere.test/cb' },
      { response_type: 'none' },
      { response_type: 'token' },
      { response_type: 'code id_token' },
      { response_mode: 'fragment' },
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    ]) {
      const { status, body } = await push(change);
      expect(status, JSON.stringify(change)).to.equal(400);
      expect(body.error, JSON.stringify(change)).to.be.oneOf([
        'invalid_request',
        'unsupported_response_type',
        'unsupported_response_mode',
        'request_uri_not_supported',
      ]);
    }
    expect((await push()).status).to.equal(201);
  });

  it('cannot push a request without its key, or with a secret [A84]', async () => {
    const none = { client_assertion: null, client_assertion_type: null };
    expect((await push(none)).status).to.equal(401);
    expect((await push({ ...none, client_secret: CLIENT_SECRET })).status).to.equal(401);
    expect((await push({ client_assertion: assertion('bank2') })).status).to.equal(400);
  });

  it('signs its assertions with PS256, ES256 or EdDSA, and not with RS256 [A84]', async () => {
    for (const [alg, status] of [
      ['ES256', 201],
      ['PS256', 201],
      ['EdDSA', 201],
      ['RS256', 401],
    ] as const)
      expect((await push({ client_assertion: assertion('bank', { alg }) })).status, alg).to.equal(status);
  });

  it('gets a request_uri for a minute, which only it can use, and only once [A45]', async () => {
    const { body } = await push();
    expect(body.expires_in).to.equal(60);
    const foreign = await at.app.visitor().open(authorize(body.request_uri, 'bank2'));
    expect([foreign.status, foreign.name]).to.deep.equal([400, 'error']);
    const visitor = at.app.visitor();
    const end = await signIn(at.app, visitor, authorize(body.request_uri), EMAIL);
    expect(answerOf(end).has('code')).to.equal(true);
    expect((await visitor.open(authorize(body.request_uri))).status).to.equal(400);

    const late = await push();
    at.app.clock.nextStep(61 * SECOND);
    expect((await visitor.open(authorize(late.body.request_uri))).status).to.equal(400);
  });

  it('has a code for a minute at most [A84]', async () => {
    const { redeem } = await signedIn(pair, pair);
    at.app.clock.nextStep(61 * SECOND);
    expect(await refusal(redeem())).to.equal('invalid_grant');
  });

  it('gets no token without DPoP, nor with a key other than that of its request [U.3]', async () => {
    for (const [named, used] of [
      [null, null],
      [pair, null],
      [pair, other],
    ]) {
      const { redeem } = await signedIn(named ?? null, used ?? null);
      expect(await refusal(redeem())).to.equal('invalid_grant');
    }
    const { redeem } = await signedIn(null, pair);
    expect((await redeem()).token_type).to.equal('dpop');
  });

  it('cannot use its access token as a bearer token, nor in an address [A84]', async () => {
    const { redeem } = await signedIn(pair, pair);
    const { access_token: token } = await redeem();
    const bearer = await fetch(new URL('/me', at.app.origin), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(bearer.status).to.equal(401);
    const inAddress = await fetch(new URL(`/me?access_token=${token}`, at.app.origin));
    expect(inAddress.status).to.equal(400);
  });

  it('gets the issuer in an error answer too, and a redirect of 303 [A85]', async () => {
    const { body } = await push({ prompt: 'none', state: 's', scope: 'openid' });
    const page = await at.app.visitor().get(authorize(body.request_uri));
    expect(page.status).to.equal(303);
    const answer = answerOf(page);
    expect([answer.get('error'), answer.get('iss'), answer.get('state')]).to.deep.equal([
      'login_required',
      at.app.origin,
      's',
    ]);
  });

  it('leaves the rules of other clients as they are [U.3]', async () => {
    const rp = await at.app.relyingParty('plain');
    const end = await signIn(at.app, at.app.visitor(), await rp.authorizationUrl(), EMAIL);
    expect((await rp.exchange(end.location ?? '')).token_type).to.equal('bearer');
  });
});
