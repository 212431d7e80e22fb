/** DPoP proofs at an API (RFC 9449, 4.3 and 7). */
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { createUsedProofs } from '../../src/resource-server/used-proofs.ts';
import type { ResourceServer } from '../../src/resource-server.ts';
import { AUDIENCE, createIssuer, createSigner, type FakeIssuer, type Signer } from './issuer.ts';

const SECOND = 1000;
const URL_ = `${AUDIENCE}/things`;

describe('an API with bound tokens', () => {
  let signer: Signer;
  let holder: Signer;
  let thief: Signer;
  before(async () => {
    signer = await createSigner('one');
    [holder, thief] = [await createSigner('', 'ES256'), await createSigner('', 'ES256')];
  });

  let issuer: FakeIssuer;
  let api: ResourceServer;
  let token: string;
  beforeEach(async () => {
    issuer = createIssuer(signer);
    api = issuer.api();
    token = await issuer.token({ cnf: { jkt: holder.thumbprint } });
  });

  const ath = async (value: string) =>
    Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(value))).toString('base64url');

  async function proof(
    claims: Readonly<Record<string, unknown>> = {},
    { by = holder, header = {} }: { by?: Signer; header?: Record<string, unknown> } = {},
  ): Promise<string> {
    const iat = Math.floor(issuer.clock.now() / 1000);
    const usual = { htm: 'GET', htu: URL_, iat, jti: crypto.randomUUID(), ath: await ath(token) };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: by.publicJwk, ...header })
      .sign(by.privateKey);
  }

  const send = async (dpop: string | null, { scheme = 'DPoP', url = URL_, by = api, value = token } = {}) => {
    const verdict = await by.check({ method: 'GET', url, authorization: `${scheme} ${value}`, dpop });
    return verdict.ok ? 'ok' : verdict.refusal.error;
  };

  it('accepts a token with a proof of its key, for the address without its query [U.3]', async () => {
    expect(await send(await proof())).to.equal('ok');
    expect(await send(await proof(), { url: `${URL_}?page=2` })).to.equal('ok');
    expect(await send(await proof({ htu: 'HTTPS://API.test:443/things?x#y' }))).to.equal('ok');
  });

  it('refuses a bound token as a bearer, and without a proof or with one of another key [U.3]', async () => {
    expect(await send(await proof(), { scheme: 'Bearer' })).to.equal('invalid_token');
    expect(await send(null)).to.equal('invalid_dpop_proof');
    expect(await send(await proof({}, { by: thief }))).to.equal('invalid_token');
  });

  it('refuses a proof of another request, another token or another time [U.3]', async () => {
    const now = Math.floor(issuer.clock.now() / 1000);
    for (const fault of [
      { htm: 'POST' },
      { htm: 'get' },
      { htu: `${AUDIENCE}/others` },
      { htu: 'https://elsewhere.test/things' },
      { htu: '/things' },
      { ath: await ath('another') },
      { ath: undefined },
      { iat: now - 66 },
      { iat: now + 66 },
      { iat: undefined },
      { jti: undefined },
      { jti: '' },
      { jti: 'x'.repeat(513) },
      { jti: 7 },
    ])
      expect(await send(await proof(fault)), JSON.stringify(fault)).to.equal('invalid_dpop_proof');
  });

  it('refuses every proof at an address that is none, as a header Host can make it [U.3]', async () => {
    for (const htu of ['http://[/things', 'nothing', ''])
      expect(await send(await proof({ htu }), { url: 'http://[/things' })).to.equal('invalid_dpop_proof');
  });

  it('refuses a proof whose header is not that of one [U.3]', async () => {
    const privateKey = { ...holder.publicJwk, d: 'AAAA' };
    for (const header of [{ typ: 'JWT' }, { typ: 'at+jwt' }, { jwk: undefined }, { jwk: privateKey }])
      expect(await send(await proof({}, { header })), JSON.stringify(header)).to.equal('invalid_dpop_proof');
    const rsa = await createSigner('', 'RS256');
    const signed = await new SignJWT({ htm: 'GET', htu: URL_, iat: 1, jti: 'a' })
      .setProtectedHeader({ alg: 'RS256', typ: 'dpop+jwt', jwk: rsa.publicJwk })
      .sign(rsa.privateKey);
    for (const dpop of [signed, 'nothing', `${await proof()}, ${await proof()}`])
      expect(await send(dpop)).to.equal('invalid_dpop_proof');
  });

  it('accepts a proof once, also of 20 at the same time, until its time is over [U.3]', async () => {
    const once = await proof({ iat: Math.floor(issuer.clock.now() / 1000) + 60 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(once)));
    expect(answers.filter((answer) => answer === 'ok')).to.have.length(1);
    for (const later of [64, 60, 10]) {
      issuer.clock.nextStep(later * SECOND);
      expect(await send(once)).to.equal('invalid_dpop_proof');
    }
  });

  it('asks for DPoP where every token must be bound [U.3]', async () => {
    const strict = issuer.api({ requireDpop: true });
    const plain = await issuer.token();
    const verdict = await strict.check({
      method: 'GET',
      url: URL_,
      authorization: `Bearer ${plain}`,
      dpop: null,
    });
    expect(verdict.ok ? null : verdict.refusal.headers['www-authenticate']).to.match(
      /^DPoP error="invalid_token".*algs=/,
    );
    expect(await send(await proof(), { by: strict })).to.equal('ok');
    expect(await send(await proof(), { value: plain })).to.equal('invalid_token');
    const mtls = await issuer.token({ cnf: { 'x5t#S256': 'x' } });
    expect(await send(null, { value: mtls, scheme: 'Bearer' })).to.equal('invalid_token');
  });

  it('forgets no used proof to make room, and answers 503 instead [U.3]', async () => {
    const small = issuer.api({ mostProofs: 2 });
    const first = await proof();
    expect([await send(first, { by: small }), await send(await proof(), { by: small })]).to.deep.equal([
      'ok',
      'ok',
    ]);
    expect(await send(await proof(), { by: small })).to.equal('temporarily_unavailable');
    expect(await send(first, { by: small })).to.equal('invalid_dpop_proof');
    issuer.clock.nextStep(66 * SECOND);
    expect(await send(await proof(), { by: small })).to.equal('ok');
  });
});

describe('the memory of used proofs', () => {
  it('holds at most the given number, whatever comes [U.3]', () => {
    const used = createUsedProofs(3);
    const told = Array.from({ length: 10 }, (_, index) => used.take(`${index}`, 100, 1));
    expect(told.filter((each) => each === 'first')).to.have.length(3);
    expect(used.take('late', 200, 101)).to.equal('first');
    expect(used.take('0', 200, 101)).to.equal('first');
  });
});
