/** How a relying party proves itself at the token endpoint: by each way that it can register, and by no other. */
import type { webcrypto } from 'node:crypto';
import { expect } from 'chai';
import * as client from 'openid-client';
import { CALLBACK, CLIENT_SECRET } from '../../../support/app.ts';
import { claimsOf, confidential, interaction, refusal, tokensFor, withClients } from '../story.ts';

const METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const;
type Method = (typeof METHODS)[number];

describe('client authentication', () => {
  let keys: webcrypto.CryptoKeyPair;
  let jwk: Record<string, unknown>;
  before(async () => {
    keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey);
    jwk = { kty, crv, x, y, kid: 'own', alg: 'ES256', use: 'sig' };
  });

  const at = interaction(() =>
    withClients(
      ...METHODS.slice(0, 3).map((method) => confidential(method, { token_endpoint_auth_method: method })),
      {
        client_id: 'private_key_jwt',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [jwk] },
        redirect_uris: [CALLBACK],
        first_party: true,
      },
    ),
  );

  function proofOf(method: Method): client.ClientAuth {
    switch (method) {
      case 'client_secret_basic':
        return client.ClientSecretBasic(CLIENT_SECRET);
      case 'client_secret_post':
        return client.ClientSecretPost(CLIENT_SECRET);
      case 'client_secret_jwt':
        return client.ClientSecretJwt(CLIENT_SECRET);
      case 'private_key_jwt':
        return client.PrivateKeyJwt({ key: keys.privateKey, kid: 'own' });
    }
  }

  /** A code for this client, redeemed as it says. */
  async function redeemed(clientId: Method, authentication: client.ClientAuth) {
    const configuration = await client.discovery(
      new URL(at.app.origin),
      clientId,
      clientId === 'private_key_jwt' ? {} : { client_secret: CLIENT_SECRET },
      authentication,
      { execute: [client.allowInsecureRequests] },
    );
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const end = await visitor.open(url.href);
    return client.authorizationCodeGrant(configuration, new URL(end.location ?? ''), { pkceCodeVerifier });
  }

  for (const method of METHODS) {
    it(`accepts ${method} from a client that registered it [U.3]`, async () => {
      expect(claimsOf(await redeemed(method, proofOf(method))).aud).to.equal(method);
    });

    it(`accepts nothing weaker from a client that registered ${method} [A84]`, async () => {
      expect(await refusal(redeemed(method, client.None()))).to.equal('invalid_client');
    });
  }

  it('refuses a secret in the place of a key, and an unregistered key [A84]', async () => {
    const other = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    for (const authentication of [
      client.ClientSecretJwt(CLIENT_SECRET),
      client.ClientSecretBasic(CLIENT_SECRET),
      client.PrivateKeyJwt({ key: other.privateKey, kid: 'own' }),
    ]) {
      expect(await refusal(redeemed('private_key_jwt', authentication))).to.equal('invalid_client');
    }
  });

  it('refuses a wrong secret of any length [A84]', async () => {
    for (const secret of ['x', `${CLIENT_SECRET}x`, CLIENT_SECRET.slice(1), CLIENT_SECRET.toUpperCase()]) {
      const response = await fetch(new URL('/token', at.app.origin), {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`rp:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
      });
      expect(response.status, secret).to.equal(401);
      expect(response.headers.get('www-authenticate'), secret).to.match(/^Basic /);
    }
  });

  it('accepts the assertion of a client once [A84]', async () => {
    const used: string[] = [];
    const key = keys.privateKey;
    const authentication: client.ClientAuth = (server, metadata, body, headers) => {
      const signed = client.PrivateKeyJwt({ key, kid: 'own' })(server, metadata, body, headers);
      return Promise.resolve(signed).then(() => {
        used.push(body.get('client_assertion') ?? '');
      });
    };
    await redeemed('private_key_jwt', authentication);
    const again = await fetch(new URL('/token', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_id: 'private_key_jwt',
        client_assertion: used[0] ?? '',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
    });
    expect(used).to.have.length(1);
    expect(again.status).to.equal(401);
    expect(((await again.json()) as { error: string }).error).to.equal('invalid_client');
  });
});
