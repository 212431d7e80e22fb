/** The checks of those modules of the OpenID Foundation's conformance suite that failed once (`docs/conformance.md`). */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as client from 'openid-client';
import { CALLBACK } from '../../support/app.ts';
import {
  assertionClaims,
  assertionFields,
  createAssertionKeys,
} from '../../support/hosts/client-assertion.ts';
import {
  answerOf,
  askAgain,
  confidential,
  interaction,
  redeem,
  refresh,
  signIn,
  withClients,
} from './story.ts';

const FAPI2 = 'fapi2-security-profile-final';
const REFRESH = `${FAPI2}-refresh-token`;
/** By module: the audience of the client assertion at the PAR endpoint. */
const AUDIENCES: Readonly<Record<string, (issuer: string) => unknown>> = {
  [`${FAPI2}-par-test-array-as-audience-fails`]: (issuer) => [issuer, 'https://other1.example'],
  [`${FAPI2}-par-test-par-endpoint-url-as-audience-fails`]: (issuer) => `${issuer}/request`,
  [`${FAPI2}-par-test-token-endpoint-url-as-audience-fails`]: (issuer) => `${issuer}/token`,
};

describe('a module of the conformance suite that failed once', () => {
  const keys = createAssertionKeys();
  const at = interaction(() =>
    withClients(
      { client_id: 'fapi', profile: 'fapi2', jwks: keys.jwks, redirect_uris: [CALLBACK], first_party: true },
      confidential('secret', { first_party: false }),
    ),
  );

  const assertionOf = (aud: unknown) =>
    assertionFields(
      keys.sign({ ...assertionClaims('fapi', at.app.origin, at.app.clock.now()), ...(aud ? { aud } : {}) }),
    );

  async function push(aud: unknown) {
    const response = await fetch(new URL('/request', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({
        client_id: 'fapi',
        response_type: 'code',
        scope: 'openid',
        redirect_uri: CALLBACK,
        code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
        ...assertionOf(aud),
      }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  for (const [module, audience] of Object.entries(AUDIENCES)) {
    it(`finds the assertion refused: ${module} [A84]`, async () => {
      expect((await push(undefined)).status).to.equal(201);
      const { status, body } = await push(audience(at.app.origin));
      expect([status, body.error]).to.deep.equal([401, 'invalid_client']);
    });
  }

  it(`finds the refresh token of a client that authenticates unchanged: ${REFRESH} [U.3]`, async () => {
    const configuration = await client.discovery(
      new URL(at.app.origin),
      'fapi',
      {},
      (_server, _client, body) => {
        for (const [name, value] of Object.entries(assertionOf(undefined))) body.set(name, value);
      },
      { execute: [client.allowInsecureRequests] },
    );
    const handle = { DPoP: client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256')) };
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = await client.buildAuthorizationUrlWithPAR(
      configuration,
      {
        redirect_uri: CALLBACK,
        scope: 'openid offline_access',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      },
      handle,
    );
    const end = await signIn(at.app, at.app.visitor(), url.href, 'new@open.test');
    const checks = { pkceCodeVerifier };
    const address = new URL(end.location ?? '');
    const tokens = await client.authorizationCodeGrant(configuration, address, checks, undefined, handle);
    const { refresh_token: first = '' } = tokens;
    expect(first).not.to.equal('');
    for (let times = 0; times < 2; times += 1) {
      const again = await client.refreshTokenGrant(configuration, first, undefined, handle);
      expect(again.refresh_token ?? first).to.equal(first);
    }
    // Without the client's authentication the token is worth nothing (RFC 6749, 6).
    const alone = await fetch(new URL('/token', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: first, client_id: 'fapi' }),
    });
    expect(alone.status).to.equal(401);
  });

  it('finds the same with every confidential client, not with the FAPI profile alone [U.3]', async () => {
    const rp = await at.app.relyingParty('secret');
    const visitor = at.app.visitor();
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    await signIn(at.app, visitor, await rp.authorizationUrl(parameters), 'new@open.test');
    const { tokens } = await redeem(
      rp,
      await visitor.follow(await visitor.submit(visitor.page, {}, 'allow')),
    );
    const again = await refresh(rp, tokens.refresh_token);
    expect(again.refresh_token ?? tokens.refresh_token).to.equal(tokens.refresh_token);
  });

  it('cannot choose the way of its answer within a request object, which is refused unread [A84]', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const request = `${part({ alg: 'none' })}.${part({ response_mode: 'form_post' })}.`;
    const page = await askAgain(at.app.visitor(), at.rp, { request });
    const answer = answerOf(page);
    expect([answer.get('error'), answer.get('iss')]).to.deep.equal(['request_not_supported', at.app.origin]);
    const posted = await askAgain(at.app.visitor(), at.rp, { request, response_mode: 'form_post' });
    expect(posted.form({}).body.get('error')).to.equal('request_not_supported');
  });

  it('stands in the documentation, and no other does', () => {
    const text = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');
    const named = [...text.matchAll(/`(fapi2-[\w-]+)`/g)].map(([, module]) => module);
    expect([...new Set(named)]).to.have.members([REFRESH, ...Object.keys(AUDIENCES)]);
  });
});
