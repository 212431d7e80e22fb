/** Tells the algorithm that a private JSON Web Key signs with. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

/** NIST SP 800-131A: shorter RSA keys are disallowed. */
const MIN_RSA_BITS = 2048;

export type SigningKey = { readonly algorithm: string } | { readonly fault: string };

/** The algorithm (RFC 7518, 3.1) that the key serves, or why it serves none. */
export function inspectSigningKey(jwk: Readonly<Record<string, unknown>>): SigningKey {
  const key = importKey(jwk);
  if (key === null) return { fault: 'is not a private key, EC P-256 or RSA, as a JSON Web Key' };
  if (jwk.use !== undefined && jwk.use !== 'sig')
    return { fault: 'is not for signatures (its use is not sig)' };
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength < MIN_RSA_BITS) {
    return { fault: `is a weak key: RSA of ${MIN_RSA_BITS} bits at least` };
  }
  const isRsa = key.asymmetricKeyType === 'rsa';
  const algorithm = isRsa ? 'RS256' : 'ES256';
  if (!isRsa && namedCurve !== 'prime256v1')
    return { fault: 'is of a kind or curve other than EC P-256 and RSA' };
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return { fault: `has an alg other than ${algorithm}` };
  return { algorithm };
}

function importKey(jwk: Readonly<Record<string, unknown>>): KeyObject | null {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return null;
  }
}
