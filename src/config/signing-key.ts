/** What a private JSON Web Key can sign. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

/** NIST SP 800-131A: shorter RSA keys are disallowed. */
const MIN_RSA_BITS = 2048;

export type SigningKey = { readonly algorithms: readonly string[] } | { readonly fault: string };

/** The algorithms (RFC 7518, 3.1; RFC 8037) that the key serves, or why it serves none. */
export function inspectSigningKey(jwk: Readonly<Record<string, unknown>>): SigningKey {
  const key = importKey(jwk);
  if (key === null) return { fault: 'is not a private key: RSA, EC P-256 or Ed25519, as a JSON Web Key' };
  if (jwk.use !== undefined && jwk.use !== 'sig')
    return { fault: 'is not for signatures (its use is not sig)' };
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength < MIN_RSA_BITS) {
    return { fault: `is a weak key: RSA of ${MIN_RSA_BITS} bits at least` };
  }
  const able = abilities(key);
  const algorithms = able.filter((algorithm) => jwk.alg === undefined || jwk.alg === algorithm);
  return algorithms.length > 0
    ? { algorithms }
    : { fault: 'has a curve or an alg that cannot sign our tokens' };
}

function abilities(key: KeyObject): string[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256', 'PS256'];
    case 'ec':
      return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? ['ES256'] : [];
    case 'ed25519':
      return ['Ed25519', 'EdDSA'];
    default:
      return [];
  }
}

function importKey(jwk: Readonly<Record<string, unknown>>): KeyObject | null {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return null;
  }
}
