/** DPoP proofs: a request shows that it holds the key to which its token is bound (RFC 9449, 4.3 and 7). */
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Settings } from './options.ts';
import { Refused } from './refusal.ts';
import { createUsedProofs } from './used-proofs.ts';

/** Signatures over short values, with keys that cost little to verify: the key comes from the request. */
export const PROOF_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA'];

const LONGEST_JTI = 512;

export interface ProvenRequest {
  readonly method: string;
  /** Absolute, with or without its query. */
  readonly url: string;
  readonly proof: string;
  readonly token: string;
  /** `cnf.jkt` of the token. */
  readonly thumbprint: string;
}

export function createProofCheck({
  clock,
  clockTolerance,
  proofLifetime,
  mostProofs,
}: Pick<Settings, 'clock' | 'clockTolerance' | 'proofLifetime' | 'mostProofs'>) {
  const used = createUsedProofs(mostProofs);

  /** @throws Refused */
  return async ({ method, url, proof, token, thumbprint }: ProvenRequest): Promise<void> => {
    const now = Math.floor(clock.now() / 1000);
    const { payload, jwk } = await verified(proof);
    const { iat = 0, jti } = payload;
    if (Math.abs(now - iat) > proofLifetime + clockTolerance) throw bad('the proof is not of now');
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) throw bad('the proof has no jti');
    if (payload.htm !== method) throw bad('the proof is for another method');
    const address = withoutQuery(url);
    if (address === null || withoutQuery(String(payload.htu)) !== address)
      throw bad('the proof is for another address');
    if (payload.ath !== (await digest(token))) throw bad('the proof is for another token');
    if ((await calculateJwkThumbprint(jwk)) !== thumbprint)
      throw new Refused('invalid_token', 'the token is bound to another key');
    // A proof dated ahead is accepted until its date has passed.
    const until = Math.max(now, iat) + proofLifetime + clockTolerance;
    const verdict = used.take(await digest(`${thumbprint} ${jti}`), until, now);
    if (verdict === 'used') throw bad('the proof was used already');
    if (verdict === 'full') throw new Refused('temporarily_unavailable', 'too many proofs at once');
  };

  async function verified(
    proof: string,
  ): Promise<{ payload: JWTPayload; jwk: Parameters<typeof calculateJwkThumbprint>[0] }> {
    try {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
        algorithms: PROOF_ALGORITHMS,
        typ: 'dpop+jwt',
        requiredClaims: ['iat', 'jti'],
        currentDate: new Date(clock.now()),
        clockTolerance,
      });
      return { payload, jwk: protectedHeader.jwk ?? {} };
    } catch {
      throw bad('the proof is not valid');
    }
  }
}

function bad(description: string): Refused {
  return new Refused('invalid_dpop_proof', description);
}

/** RFC 9449, 4.3, 9: normalised, and without query and fragment. Null for no address. */
function withoutQuery(address: string): string | null {
  const url = URL.parse(address);
  if (!url) return null;
  url.search = '';
  url.hash = '';
  return url.href;
}

/** SHA-256, base64url (RFC 9449, 4.2). */
async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(bytes).toString('base64url');
}
