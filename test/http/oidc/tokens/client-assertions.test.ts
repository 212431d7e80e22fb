/** Which client assertions the endpoints for programs accept: audience, lifetime, type and single use. */
import { expect } from 'chai';
import { CALLBACK, CLIENT_SECRET } from '../../../support/app.ts';
import {
  assertionClaims,
  assertionFields,
  createAssertionKeys,
} from '../../../support/hosts/client-assertion.ts';
import { confidential, interaction, withClients } from '../story.ts';

/** Each authenticates the client. Only an authenticated client gets beyond that with these fields. */
const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/token': { grant_type: 'refresh_token', refresh_token: 'unknown' },
  '/request': {
    response_type: 'code',
    scope: 'openid',
    redirect_uri: CALLBACK,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  },
  '/token/introspection': { token: 'unknown' },
  '/token/revocation': { token: 'unknown' },
};

/** The status of the answer to a client that is authenticated. An unknown refresh token is 400. */
const AUTHENTICATED: Readonly<Record<string, number>> = {
  '/token': 400,
  '/request': 201,
  '/token/introspection': 200,
  '/token/revocation': 200,
};

describe('client assertions', () => {
  const keys = createAssertionKeys();
  const registered = (id: string, more: Record<string, unknown> = {}) => ({
    client_id: id,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: keys.jwks,
    redirect_uris: [CALLBACK],
    first_party: true,
    ...more,
  });
  const at = interaction(() =>
    withClients(
      registered('signing'),
      registered('old', { client_assertion_audience: 'lenient' }),
      confidential('secret', { token_endpoint_auth_method: 'client_secret_jwt' }),
      confidential('old-secret', {
        token_endpoint_auth_method: 'client_secret_jwt',
        client_assertion_audience: 'lenient',
      }),
    ),
  );

  interface Change {
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly header?: Readonly<Record<string, unknown>>;
  }

  function assertionOf(clientId: string, { claims = {}, header = {} }: Change = {}): string {
    const all = { ...assertionClaims(clientId, at.app.origin, at.app.clock.now()), ...claims };
    return clientId.endsWith('secret')
      ? keys.sign(all, { alg: 'HS256', ...header }, CLIENT_SECRET)
      : keys.sign(all, header);
  }

  async function send(path: string, assertion: string, clientId = 'signing') {
    const response = await fetch(new URL(path, at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({
        ...ENDPOINTS[path],
        ...(path === '/request' ? { client_id: clientId } : {}),
        ...assertionFields(assertion),
      }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  async function isAccepted(clientId: string, change: Change = {}, path = '/token'): Promise<boolean> {
    const { status, body } = await send(path, assertionOf(clientId, change), clientId);
    if (status === AUTHENTICATED[path]) {
      if (status === 400) expect(body.error).to.equal('invalid_grant');
      return true;
    }
    expect(status).to.equal(401);
    expect(body).to.deep.equal({
      error: 'invalid_client',
      error_description: 'client authentication failed',
    });
    return false;
  }

  for (const path of Object.keys(ENDPOINTS)) {
    for (const clientId of ['signing', 'secret']) {
      it(`have the issuer as their only audience at ${path}, for the client "${clientId}" [A84]`, async () => {
        const { origin } = at.app;
        expect(await isAccepted(clientId, {}, path)).to.equal(true);
        for (const aud of [
          [origin],
          `${origin}${path}`,
          [`${origin}${path}`],
          `${origin}/token`,
          [origin, 'https://elsewhere.test'],
          `${origin}/`,
          origin.toUpperCase(),
          'https://elsewhere.test',
        ])
          expect(await isAccepted(clientId, { claims: { aud } }, path), JSON.stringify(aud)).to.equal(false);
      });
    }

    it(`of an old client may name the endpoint, or several audiences, at ${path} [U.3]`, async () => {
      const { origin } = at.app;
      for (const clientId of ['old', 'old-secret']) {
        for (const aud of [origin, [origin, 'https://elsewhere.test'], `${origin}/token`, `${origin}${path}`])
          expect(await isAccepted(clientId, { claims: { aud } }, path), JSON.stringify(aud)).to.equal(true);
        for (const aud of ['https://elsewhere.test', `${origin}/me`, undefined])
          expect(await isAccepted(clientId, { claims: { aud } }, path), JSON.stringify(aud)).to.equal(false);
      }
    });
  }

  it('expire, and no later than in an hour [A84]', async () => {
    const now = Math.floor(at.app.clock.now() / 1000);
    for (const [exp, accepted] of [
      [now + 3600, true],
      [now + 7200, false],
      [now - 300, false],
      [undefined, false],
      ['9999999999', false],
    ] as const)
      for (const clientId of ['signing', 'old'])
        expect(await isAccepted(clientId, { claims: { exp } }), `${clientId} ${exp}`).to.equal(accepted);
  });

  it('may come from a clock that is a few seconds ahead, not a minute [A84]', async () => {
    const now = Math.floor(at.app.clock.now() / 1000);
    for (const [ahead, accepted] of [
      [8, true],
      [90, false],
    ] as const)
      for (const claim of ['iat', 'nbf'])
        expect(
          await isAccepted('signing', { claims: { [claim]: now + ahead } }),
          `${claim} ${ahead}`,
        ).to.equal(accepted);
  });

  it('have no type, or that of an assertion: a DPoP proof or a request object is none [A84]', async () => {
    for (const [typ, accepted] of [
      [undefined, true],
      ['JWT', true],
      ['client-authentication+jwt', true],
      ['application/client-authentication+jwt', true],
      ['dpop+jwt', false],
      ['oauth-authz-req+jwt', false],
      ['at+jwt', false],
      ['', false],
    ] as const)
      expect(await isAccepted('signing', { header: { typ } }), String(typ)).to.equal(accepted);
  });

  it('are accepted with each announced algorithm [U.3]', async () => {
    for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA'])
      expect(await isAccepted('signing', { header: { alg } }), alg).to.equal(true);
  });

  it('name the client twice, and have an id [A84]', async () => {
    for (const claims of [{ iss: 'rp' }, { sub: 'rp' }, { iss: undefined }, { jti: undefined }, { jti: 7 }])
      expect(await isAccepted('signing', { claims }), JSON.stringify(claims)).to.equal(false);
  });

  it('are accepted once of twenty simultaneous requests, and at one endpoint [A84]', async () => {
    const assertion = assertionOf('signing');
    const paths = Object.keys(ENDPOINTS);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(paths[index % paths.length] ?? '', assertion)),
    );
    expect(answers.filter(({ status }) => status !== 401)).to.have.length(1);
    for (const path of paths) expect((await send(path, assertion)).status, path).to.equal(401);
  });

  it('are remembered until they expire, however late that is [A84]', async () => {
    const now = Math.floor(at.app.clock.now() / 1000);
    const assertion = assertionOf('signing', { claims: { exp: now + 3600 } });
    expect((await send('/token', assertion)).status).to.equal(400);
    at.app.clock.nextStep(3590_000);
    expect((await send('/token', assertion)).status).to.equal(401);
  });

  it('of two clients may have the same id [U.3]', async () => {
    expect(await isAccepted('signing', { claims: { jti: 'same' } })).to.equal(true);
    expect(await isAccepted('old', { claims: { jti: 'same' } })).to.equal(true);
  });

  it('do not come in a request object, which is refused [A84]', async () => {
    const request = keys.sign({ ...assertionClaims('signing', at.app.origin, at.app.clock.now()) });
    const response = await fetch(new URL('/request', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({
        ...ENDPOINTS['/request'],
        client_id: 'signing',
        request,
        ...assertionFields(assertionOf('signing')),
      }),
    });
    expect(response.status).to.equal(400);
    expect(((await response.json()) as { error: string }).error).to.equal('request_not_supported');
  });
});
