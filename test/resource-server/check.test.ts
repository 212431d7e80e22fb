/** The check of an access token by an API. */
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { ACRS } from '../../src/domain/policy/acr.ts';
import type { Requirements, ResourceServer } from '../../src/resource-server.ts';
import { AUDIENCE, createIssuer, createSigner, type FakeIssuer, ISSUER, MFA, type Signer } from './issuer.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('an API', () => {
  let signer: Signer;
  let other: Signer;
  before(async () => {
    [signer, other] = [await createSigner('one'), await createSigner('two', 'ES256')];
  });

  let issuer: FakeIssuer;
  let api: ResourceServer;
  beforeEach(() => {
    issuer = createIssuer(signer);
    api = issuer.api();
  });

  const send = (authorization: string | null, requirements: Requirements = {}, by = api) =>
    by.check({ method: 'GET', url: `${AUDIENCE}/things`, authorization, dpop: null }, requirements);
  const bearer = (token: string, requirements: Requirements = {}, by = api) =>
    send(`Bearer ${token}`, requirements, by);

  async function refusal(verdict: ReturnType<typeof send>) {
    const found = await verdict;
    if (found.ok) throw new Error('it was not refused');
    return found.refusal;
  }
  const errorOf = async (verdict: ReturnType<typeof send>) => (await refusal(verdict)).error;

  it('accepts a token of its issuer, and tells what it says [U.3]', async () => {
    const verdict = await bearer(await issuer.token({ groups: ['finance'], roles: ['admin'] }));
    expect(verdict.ok && verdict.token).to.deep.include({
      subject: 'ann',
      clientId: 'web',
      scopes: ['read', 'write'],
      acr: MFA,
      amr: ['pwd', 'otp', 'mfa'],
      groups: ['finance'],
      roles: ['admin'],
      isBound: false,
    });
    const plain = await bearer(await issuer.token({ scope: undefined, acr: undefined, amr: undefined }));
    expect(plain.ok && plain.token).to.deep.include({ scopes: [], acr: null, amr: [], groups: [] });
  });

  it('refuses every claim and header that is not that of an access token for it [U.3]', async () => {
    const now = Math.floor(issuer.clock.now() / 1000);
    const faults = [
      { iss: 'https://elsewhere.test' },
      { aud: 'https://other-api.test' },
      { exp: now - 10 },
      { nbf: now + 60 },
      ...['aud', 'exp', 'sub', 'client_id', 'iat', 'jti', 'iss'].map((claim) => ({ [claim]: undefined })),
    ];
    for (const fault of faults)
      expect(await errorOf(bearer(await issuer.token(fault))), JSON.stringify(fault)).to.equal(
        'invalid_token',
      );
    for (const typ of ['JWT', 'dpop+jwt', 'logout+jwt', undefined])
      expect(await errorOf(bearer(await issuer.token({}, { header: { typ } }))), typ).to.equal(
        'invalid_token',
      );
    expect((await bearer(await issuer.token({}, { header: { typ: 'application/at+jwt' } }))).ok).to.equal(
      true,
    );
    expect((await bearer(await issuer.token({ aud: ['x', AUDIENCE] }))).ok).to.equal(true);
  });

  it('refuses a signature that is unknown, stripped, shared or not on its list [U.3]', async () => {
    const good = await issuer.token();
    const [header, payload, signature = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const shared = await new SignJWT({ sub: 'ann' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one', typ: 'at+jwt' })
      .sign(new TextEncoder().encode(JSON.stringify(signer.jwk)));
    const forged = await issuer.token({}, { signer: { ...other, kid: 'one' } });
    for (const token of [
      `${none}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -8)}AAAAAAAA`,
      shared,
      forged,
      'a.b.c',
      'opaque',
    ])
      expect(await errorOf(bearer(token)), token.slice(0, 20)).to.equal('invalid_token');
    issuer.keys = [signer.jwk, other.jwk];
    const es256 = await issuer.token({}, { signer: other });
    expect((await bearer(es256, {}, issuer.api())).ok).to.equal(true);
    expect(await errorOf(bearer(es256, {}, issuer.api({ algorithms: ['RS256'] })))).to.equal('invalid_token');
  });

  it('allows for clocks that differ by the tolerance, and no more [U.3]', async () => {
    const token = await issuer.token();
    issuer.clock.nextStep(604 * SECOND);
    expect((await bearer(token)).ok).to.equal(true);
    expect(await errorOf(bearer(token, {}, issuer.api({ clockTolerance: 0 })))).to.equal('invalid_token');
    issuer.clock.nextStep(2 * SECOND);
    expect(await errorOf(bearer(token))).to.equal('invalid_token');
  });

  it('asks for a token with both schemes and without an error (RFC 6750, 3.1) [U.3]', async () => {
    const { status, error, headers } = await refusal(send(null, { scopes: ['read'] }));
    expect([status, error]).to.deep.equal([401, null]);
    expect(headers['www-authenticate']).to.equal(
      'Bearer scope="read", DPoP scope="read", algs="ES256 Ed25519 EdDSA"',
    );
    for (const header of ['Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer a, Bearer b'])
      expect((await refusal(send(header))).status, header).to.equal(400);
  });

  it('says which scopes are missing [U.3]', async () => {
    const { status, error, headers } = await refusal(
      bearer(await issuer.token(), { scopes: ['read', 'delete'] }),
    );
    expect([status, error]).to.deep.equal([403, 'insufficient_scope']);
    expect(headers['www-authenticate']).to.include('scope="read delete"');
    expect((await bearer(await issuer.token(), { scopes: ['read', 'write'] })).ok).to.equal(true);
  });

  it('asks for a stronger sign-in (RFC 9470, 3), which a higher level satisfies too [U.3]', async () => {
    for (const [had, wanted] of ACRS.flatMap((each) => ACRS.map((one) => [each, one] as const))) {
      const verdict = await bearer(await issuer.token({ acr: had }), { acr: wanted });
      const isEnough = ACRS.indexOf(had) >= ACRS.indexOf(wanted);
      expect(verdict.ok, `${had} for ${wanted}`).to.equal(isEnough);
    }
    const weak = await refusal(bearer(await issuer.token({ acr: ACRS[0] }), { acr: MFA, maxAge: 300 }));
    expect([weak.status, weak.error]).to.deep.equal([401, 'insufficient_user_authentication']);
    expect(weak.headers['www-authenticate']).to.equal(
      'Bearer error="insufficient_user_authentication", error_description="a stronger sign-in is required", ' +
        `acr_values="${MFA}", max_age="300"`,
    );
    for (const acr of [undefined, 'made-up'])
      expect(await errorOf(bearer(await issuer.token({ acr }), { acr: MFA }))).to.equal(weak.error);
  });

  it('asks for a more recent sign-in, and for one where the token has no time of it [U.3]', async () => {
    const token = await issuer.token();
    issuer.clock.nextStep(5 * MINUTE);
    expect((await bearer(token, { maxAge: 300 })).ok).to.equal(true);
    issuer.clock.nextStep(10 * SECOND);
    const late = await refusal(bearer(token, { maxAge: 300 }));
    expect(late.headers['www-authenticate']).to.include('max_age="300"').and.not.include('acr_values');
    const machine = await issuer.token({ auth_time: undefined });
    expect(await errorOf(bearer(machine, { maxAge: 300 }))).to.equal('insufficient_user_authentication');
  });

  it('has an order of levels of its own where it is told one [U.3]', async () => {
    const own = issuer.api({ levels: ['low', 'high'] });
    expect((await bearer(await issuer.token({ acr: 'high' }), { acr: 'low' }, own)).ok).to.equal(true);
    expect(await errorOf(bearer(await issuer.token({ acr: 'low' }), { acr: 'high' }, own))).to.equal(
      'insufficient_user_authentication',
    );
  });

  it('repeats nothing of a token in a refusal [A84]', async () => {
    const token = await issuer.token({ aud: 'https://other-api.test' });
    const written = JSON.stringify(await refusal(bearer(token)));
    for (const part of token.split('.')) expect(written).not.to.include(part);
    expect(written).not.to.include('other-api');
  });

  it('fetches the keys once for simultaneous requests, and again after ten minutes [U.3]', async () => {
    const token = await issuer.token({ exp: 9_999_999_999 });
    await Promise.all(Array.from({ length: 20 }, () => bearer(token)));
    expect(issuer.fetched).to.deep.equal([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/jwks`]);
    issuer.clock.nextStep(11 * MINUTE);
    await bearer(token);
    expect(issuer.fetched).to.have.length(4);
  });

  it('finds a new key of its issuer, and does not fetch for every token with an unknown one [U.3]', async () => {
    await bearer(await issuer.token());
    issuer.keys = [other.jwk, signer.jwk];
    issuer.clock.nextStep(31 * SECOND);
    expect((await bearer(await issuer.token({}, { signer: other }))).ok).to.equal(true);
    const before = issuer.fetched.length;
    const unknown = await createSigner('three');
    for (let times = 0; times < 5; times += 1)
      expect(await errorOf(bearer(await issuer.token({}, { signer: unknown })))).to.equal('invalid_token');
    expect(issuer.fetched).to.have.length(before);
  });

  it('uses known keys for an hour while its issuer is away, and answers 503 before and after [U.3]', async () => {
    const token = await issuer.token({ exp: 9_999_999_999 });
    issuer.isAway = true;
    const none = await refusal(bearer(token));
    expect([none.status, none.error]).to.deep.equal([503, 'temporarily_unavailable']);
    expect(none.headers).to.include({ 'retry-after': '5' }).and.not.have.property('www-authenticate');
    issuer.isAway = false;
    expect((await bearer(token)).ok).to.equal(true);
    issuer.isAway = true;
    issuer.clock.nextStep(50 * MINUTE);
    expect((await bearer(token)).ok).to.equal(true);
    const strange = await createSigner('strange');
    issuer.clock.nextStep(31 * SECOND);
    expect((await refusal(bearer(await issuer.token({}, { signer: strange })))).status).to.equal(503);
    issuer.clock.nextStep(15 * MINUTE);
    expect((await refusal(bearer(token))).status).to.equal(503);
  });

  it('trusts no discovery document of another issuer, and no keys without TLS [U.3]', async () => {
    for (const found of [
      { issuer: 'https://elsewhere.test', jwks_uri: `${ISSUER}/jwks` },
      { issuer: ISSUER, jwks_uri: 'http://login.test/jwks' },
      { issuer: ISSUER },
    ]) {
      const fetch = async () => Response.json({ keys: [signer.jwk], ...found });
      const misled = issuer.api({ fetch: fetch as typeof globalThis.fetch });
      expect((await refusal(bearer(await issuer.token(), {}, misled))).status).to.equal(503);
    }
  });

  it('is refused for options and requirements that are wrong, by their names [U.6]', async () => {
    const wrong = (options: Parameters<FakeIssuer['api']>[0]) => () => issuer.api(options);
    expect(wrong({ issuer: 'http://login.test' })).to.throw(TypeError, 'issuer');
    expect(wrong({ audience: '' })).to.throw(TypeError, 'audience');
    expect(wrong({ origin: 'https://api.test/' })).to.throw(TypeError, 'origin');
    for (const algorithms of [[], ['none'], ['HS256'], ['RS256', 'HS512']])
      expect(wrong({ algorithms })).to.throw(TypeError, 'algorithms');
    expect(wrong({ levels: ['a"b'] })).to.throw(TypeError, 'levels');
    expect(wrong({ clockTolerance: -1 })).to.throw(TypeError, 'clockTolerance');
    expect(() => api.koa({ acr: 'made-up' })).to.throw(TypeError, 'acr');
    expect(() => api.express({ maxAge: 1.5 })).to.throw(TypeError, 'maxAge');
    expect(() => api.fetch(() => new Response(), { scopes: ['a b'] })).to.throw(TypeError, 'scopes');
    const rejected = await bearer(await issuer.token(), { acr: 'made-up' }).catch((error: unknown) => error);
    expect(rejected).to.be.instanceOf(TypeError);
  });
});
