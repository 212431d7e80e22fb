/** The limit on anonymous requests, for pushed requests with a DPoP proof: the proof is remembered as well. */
import { expect } from 'chai';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { interaction } from '../oidc/story.ts';
import { createLines, LIMIT, limited } from './limited.ts';

const REQUEST = {
  client_id: 'spa',
  redirect_uri: 'http://127.0.0.1:9/spa',
  response_type: 'code',
  scope: 'openid',
  code_challenge: 'a'.repeat(43),
  code_challenge_method: 'S256',
};

describe('the proofs of pushed requests', () => {
  const written: string[] = [];
  const s = interaction(() => limited(), {
    logger: createLines().logger,
    around: (stores) => ({
      ...stores,
      providerShortLived: {
        ...stores.providerShortLived,
        upsert: (model, ...rest) => {
          if (model === 'ReplayDetection') written.push(model);
          return stores.providerShortLived.upsert(model, ...rest);
        },
      },
    }),
  });
  beforeEach(() => written.splice(0));

  async function push(ip: string, fields: Readonly<Record<string, string>>): Promise<number> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const htu = `${s.app.config.issuer}/request`;
    const iat = Math.floor(Date.now() / 1000);
    const proof = await new SignJWT({ htm: 'POST', htu, iat, jti: await calculateJwkThumbprint(jwk) })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey);
    const response = await fetch(`${s.app.origin}/request`, {
      method: 'POST',
      headers: { 'x-forwarded-for': ip, dpop: proof },
      body: new URLSearchParams({ ...REQUEST, ...fields }),
    });
    const { status } = response;
    if (status === 429) expect(Number(response.headers.get('retry-after'))).to.be.within(1, 60);
    await response.text();
    return status;
  }

  for (const [kind, ip, fields, status] of [
    ['accepted', '198.51.100.1', {}, 201],
    ['refused for their content', '198.51.100.2', { state: 'a'.repeat(9000) }, 400],
  ] as const) {
    it(`are remembered for a limited number of requests that are ${kind} [A112]`, async () => {
      const statuses: number[] = [];
      for (let each = 0; each < LIMIT + 3; each += 1) statuses.push(await push(ip, fields));
      expect(statuses).to.deep.equal([...Array<number>(LIMIT).fill(status), 429, 429, 429]);
      expect(written).to.have.length(LIMIT);
    });
  }
});
