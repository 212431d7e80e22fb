/** An issuer in memory: its keys, its tokens, and the requests that an API makes to it. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import {
  type ResourceServer,
  type ResourceServerOptions,
  resourceServer,
} from '../../src/resource-server.ts';
import { createSettableClock, type SettableClock } from '../support/time/clock.ts';

export const ISSUER = 'https://login.test';
export const AUDIENCE = 'https://api.test';
export const MFA = 'https://refeds.org/profile/mfa';
const START = 1_800_000_000_000;

export async function createSigner(kid: string, algorithm = 'RS256') {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const thumbprint = await calculateJwkThumbprint(jwk);
  return {
    jwk: { ...jwk, kid, alg: algorithm, use: 'sig' },
    publicJwk: jwk,
    privateKey,
    algorithm,
    kid,
    thumbprint,
  };
}

export type Signer = Awaited<ReturnType<typeof createSigner>>;

export interface FakeIssuer {
  readonly clock: SettableClock;
  /** The keys that it publishes. */
  keys: Record<string, unknown>[];
  /** The addresses that were fetched. */
  readonly fetched: string[];
  isAway: boolean;
  api(options?: Partial<ResourceServerOptions>): ResourceServer;
  /** A token with the claims of RFC 9068, changed by `claims`; undefined leaves one out. */
  token(claims?: JWTPayload, more?: { signer?: Signer; header?: Record<string, unknown> }): Promise<string>;
}

export function createIssuer(signer: Signer, issuer = ISSUER): FakeIssuer {
  const clock = createSettableClock(START);
  const self: FakeIssuer = {
    clock,
    keys: [signer.jwk],
    fetched: [],
    isAway: false,
    api: (options = {}) =>
      resourceServer({ issuer, audience: AUDIENCE, clock, fetch: answer as typeof fetch, ...options }),
    async token(claims = {}, { signer: by = signer, header = {} } = {}) {
      const now = Math.floor(clock.now() / 1000);
      const payload = {
        ...{ iss: issuer, aud: AUDIENCE, sub: 'ann', client_id: 'web', jti: crypto.randomUUID() },
        ...{
          iat: now,
          exp: now + 600,
          scope: 'read write',
          acr: MFA,
          amr: ['pwd', 'otp', 'mfa'],
          auth_time: now,
        },
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: by.algorithm, kid: by.kid, typ: 'at+jwt', ...header })
        .sign(by.privateKey);
    },
  };
  return self;

  async function answer(url: string): Promise<Response> {
    self.fetched.push(url);
    if (self.isAway) throw new TypeError('fetch failed');
    if (url === `${issuer}/jwks`) return Response.json({ keys: self.keys });
    return Response.json({ issuer, jwks_uri: `${issuer}/jwks` });
  }
}
