/** Client assertions (RFC 7523) of any content: those of openid-client are always right. */
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';

export type AssertionAlgorithm = 'ES256' | 'RS256' | 'PS256' | 'EdDSA' | 'HS256';

export interface AssertionKeys {
  /** Public keys, as the registration of a client has them. */
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] };
  /** Signs a JWT. `HS256` takes a secret. */
  sign(
    payload: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
    secret?: string,
  ): string;
}

/** Makes a key pair for each asymmetric algorithm. */
export function createAssertionKeys(): AssertionKeys {
  const { privateKey: ec, publicKey: ecPublic } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { privateKey: rsa, publicKey: rsaPublic } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { privateKey: ed, publicKey: edPublic } = generateKeyPairSync('ed25519');
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });

  function signature(algorithm: AssertionAlgorithm, data: Buffer, secret: string): Buffer {
    switch (algorithm) {
      case 'ES256':
        return sign('sha256', data, { key: ec, dsaEncoding: 'ieee-p1363' });
      case 'RS256':
        return sign('sha256', data, rsa);
      case 'PS256':
        // RSA_PKCS1_PSS_PADDING, with a salt of the length of the digest (RFC 7518, 3.5).
        return sign('sha256', data, { key: rsa, padding: 6, saltLength: 32 });
      case 'EdDSA':
        return sign(null, data, ed);
      case 'HS256':
        return createHmac('sha256', secret).update(data).digest();
    }
  }

  return {
    jwks: { keys: [jwk(ecPublic, 'ec'), jwk(rsaPublic, 'rsa'), jwk(edPublic, 'ed')] },
    sign(payload, header = {}, secret = '') {
      const { alg = 'ES256' } = header as { alg?: AssertionAlgorithm };
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${part({ alg, ...header })}.${part(payload)}`;
      return `${text}.${signature(alg, Buffer.from(text), secret).toString('base64url')}`;
    },
  };
}

/** The claims of a right assertion, for a minute. */
export function assertionClaims(clientId: string, issuer: string, now: number) {
  const iat = Math.floor(now / 1000);
  return { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat, exp: iat + 60 };
}

/** The fields of a request that carries it. */
export function assertionFields(assertion: string) {
  return {
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  };
}
