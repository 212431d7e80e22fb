/** Makes random encryption keys, cookie keys and signing keys. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { thumbprint } from '../../../domain/keys.ts';
import type { Random } from '../../../ports/system.ts';

/** 256 bits, for keys of AES-256 and HMAC-SHA-256. */
const KEY_BYTES = 32;
/** RFC 7518, 3.3: 2048 bits or more. */
const RSA_BITS = 2048;

export type Jwk = Readonly<Record<string, unknown>>;

export function makeKeyText(random: Random): string {
  return Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
}

export function makeEncryptionKey(random: Random): { readonly id: string; readonly key: string } {
  return { id: random.id(), key: makeKeyText(random) };
}

/** A private JSON Web Key under its own thumbprint, which begins with no dash: on a command line it would be an option. */
export function makeSigningKey(alg: string): Jwk {
  const { privateKey }: { privateKey: KeyObject } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk: Jwk = { ...privateKey.export({ format: 'jwk' }) };
  const kid = thumbprint(jwk);
  return kid.startsWith('-') ? makeSigningKey(alg) : { ...jwk, use: 'sig', alg, kid };
}
