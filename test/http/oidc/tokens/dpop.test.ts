/** DPoP (RFC 9449): tokens that only the holder of a key can use. */
import { expect } from 'chai';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import { winners } from '../../../contracts/make-store.ts';
import { CALLBACK } from '../../../support/app.ts';
import { confidential, interaction, partyOf, post, refusal, signIn, withClients } from '../story.ts';

const SPA = 'http://127.0.0.1:9/spa';
const EMAIL = 'new@open.test';
/** Seconds for which the library accepts a proof, before and after its date. */
const WINDOW = 300;

async function createKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { publicKey, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}
type Key = Awaited<ReturnType<typeof createKey>>;

describe('DPoP', () => {
  let key: Key;
  let other: Key;
  before(async () => {
    key = await createKey();
    other = await createKey();
  });

  const at = interaction(() => withClients(confidential('bound', { dpop_bound_access_tokens: true })));

  /** A code for this client, and its tokens. */
  async function tokens(
    clientId: string,
    holder: Key | null,
    redirectUri = CALLBACK,
    parameters: Readonly<Record<string, string>> = {},
  ) {
    const rp = await partyOf(at.app, clientId, redirectUri, ...(clientId === 'spa' ? [null] : []));
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(rp.configuration, {
      redirect_uri: redirectUri,
      scope: 'openid offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...parameters,
    });
    const visitor = at.app.visitor({ stopAt: new URL(redirectUri).origin });
    const end = await signIn(at.app, visitor, url.href, EMAIL);
    const handle = holder ? { DPoP: client.getDPoPHandle(rp.configuration, holder) } : undefined;
    const answer = await client.authorizationCodeGrant(
      rp.configuration,
      new URL(end.location ?? ''),
      { pkceCodeVerifier },
      undefined,
      handle,
    );
    return { rp, answer, handle, sub: answer.claims()?.sub ?? '' };
  }

  /** A proof, made by hand. */
  function proof(holder: Key, claims: Readonly<Record<string, unknown>>): Promise<string> {
    return new SignJWT({ jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: holder.jwk })
      .sign(holder.privateKey);
  }

  async function userInfo(token: string, dpop: string, scheme = 'DPoP') {
    const headers = { authorization: `${scheme} ${token}`, dpop };
    const response = await fetch(new URL('/me', at.app.origin), { headers });
    return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
  }

  const ath = async (token: string) =>
    Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url');
  const forMe = async (token: string, more: Readonly<Record<string, unknown>> = {}) => ({
    htm: 'GET',
    htu: `${at.app.origin}/me`,
    ath: await ath(token),
    ...more,
  });

  it('binds an access token to the key of the proof, and introspection names the key [U.3]', async () => {
    const { rp, answer, handle, sub } = await tokens('rp', key);
    expect(answer.token_type).to.equal('dpop');
    const told = await client.fetchUserInfo(rp.configuration, answer.access_token, sub, handle);
    expect(told.sub).to.equal(sub);
    const { body } = await post(at.app, '/token/introspection', { token: answer.access_token });
    expect(body).to.deep.include({ active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } });
  });

  it('refuses a bound token without a proof, and with the proof of another key [U.3]', async () => {
    const { rp, answer, sub } = await tokens('rp', key);
    const { access_token: token } = answer;
    const bare = client.fetchUserInfo(rp.configuration, token, sub);
    expect(await refusal(bare)).to.equal('invalid_token');
    expect((await userInfo(token, await proof(key, await forMe(token)))).status).to.equal(200);
    const foreign = await userInfo(token, await proof(other, await forMe(token)));
    expect(foreign.status).to.equal(401);
    expect(foreign.challenge).to.match(/^DPoP .*error="invalid_token"/);
  });

  it('refuses a proof for another token, method or address, and one that is too old [U.3]', async () => {
    const { answer } = await tokens('rp', key);
    const { access_token: token } = answer;
    const faults: readonly Readonly<Record<string, unknown>>[] = [
      { ath: await ath('another') },
      { htm: 'POST' },
      { htu: `${at.app.origin}/token` },
      { htu: 'https://elsewhere.test/me' },
      { iat: Math.floor(Date.now() / 1000) - WINDOW - 5 },
      { iat: Math.floor(Date.now() / 1000) + WINDOW + 5 },
      { jti: undefined },
    ];
    for (const fault of faults) {
      const { status } = await userInfo(token, await proof(key, await forMe(token, fault)));
      expect(status, JSON.stringify(fault)).to.be.oneOf([400, 401]);
    }
    expect((await userInfo(token, await proof(key, await forMe(token)))).status).to.equal(200);
  });

  it('lets one of 20 simultaneous requests use a proof, and none after it [U.3]', async () => {
    const { answer } = await tokens('rp', key);
    const { access_token: token } = answer;
    const one = await proof(key, await forMe(token));
    const once = async () => (await userInfo(token, one)).status === 200;
    expect(await winners(20, once)).to.equal(1);
    expect(await once()).to.equal(false);
  });

  it('knows a used proof as long as its date allows it, also one dated ahead [U.3]', async () => {
    const { answer } = await tokens('rp', key);
    const { access_token: token } = answer;
    const iat = Math.floor(Date.now() / 1000) + WINDOW - 5;
    const ahead = await proof(key, await forMe(token, { iat }));
    expect((await userInfo(token, ahead)).status).to.equal(200);
    at.clock.nextStep((WINDOW + 60) * 1000);
    expect((await userInfo(token, ahead)).status).to.equal(401);
  });

  it('is required of a client with dpop_bound_access_tokens [U.3]', async () => {
    expect(await refusal(tokens('bound', null))).to.equal('invalid_grant');
    expect((await tokens('bound', key)).answer.token_type).to.equal('dpop');
  });

  it("binds a public client's refresh token to its key [U.3]", async () => {
    const { rp, answer } = await tokens('spa', key, SPA);
    const renew = (holder: Key | null) =>
      client.refreshTokenGrant(
        rp.configuration,
        answer.refresh_token ?? '',
        undefined,
        holder ? { DPoP: client.getDPoPHandle(rp.configuration, holder) } : undefined,
      );
    expect(await refusal(renew(null))).to.equal('invalid_grant');
    expect(await refusal(renew(other))).to.equal('invalid_grant');
    expect((await renew(key)).token_type).to.equal('dpop');
  });

  it('redeems a code with the key that dpop_jkt names and with no other (RFC 9449, 10) [U.3]', async () => {
    const named = { dpop_jkt: key.thumbprint };
    expect(await refusal(tokens('rp', null, CALLBACK, named))).to.equal('invalid_grant');
    expect(await refusal(tokens('rp', other, CALLBACK, named))).to.equal('invalid_grant');
    expect((await tokens('rp', key, CALLBACK, named)).answer.token_type).to.equal('dpop');
  });

  it('gives a client with a wrong clock a nonce, which every instance accepts [U.3]', async () => {
    const { answer } = await tokens('rp', key);
    const { access_token: token } = answer;
    const iat = Math.floor(Date.now() / 1000) - 24 * 3600;
    const late = await proof(key, await forMe(token, { iat }));
    const headers = { authorization: `DPoP ${token}`, dpop: late };
    const response = await fetch(new URL('/me', at.app.origin), { headers });
    expect(response.headers.get('www-authenticate')).to.include('use_dpop_nonce');
    const nonce = response.headers.get('dpop-nonce');
    for (let times = 0; times < 6; times += 1) {
      const { status } = await userInfo(token, await proof(key, await forMe(token, { iat, nonce })));
      expect(status).to.equal(200);
    }
    const made = await userInfo(token, await proof(key, await forMe(token, { iat, nonce: 'made-up' })));
    expect(made.challenge).to.include('use_dpop_nonce');
  });

  it('is announced with its algorithms [U.3]', async () => {
    const discovered = await fetch(new URL('/.well-known/openid-configuration', at.app.origin));
    const { dpop_signing_alg_values_supported: algorithms } = (await discovered.json()) as Record<
      string,
      unknown
    >;
    expect(algorithms).to.deep.equal(['ES256', 'Ed25519', 'EdDSA']);
  });
});
