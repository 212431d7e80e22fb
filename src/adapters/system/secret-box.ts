/** Seals what is stored and must be read again (AES-256-GCM), and digests what must only be found again (HMAC). */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { SecretBox } from '../../ports/system.ts';

/** NIST SP 800-38D, 8.2: 96 bits, fresh and random for each sealing; 5.2.1.2: the full tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** One key from the configuration: any string of enough entropy, and the name by which sealed values refer to it. */
export interface SealingKey {
  readonly id: string;
  readonly key: string;
}

/** RFC 5869, 3.2: each use has a key of its own. As a KeyObject: one made of bytes for each use costs more than the use. */
function derive(key: string, use: 'seal' | 'digest'): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `doublelock ${VERSION} ${use}`, 32)));
}

/** Strict base64url: of several spellings of the same bytes only the canonical one counts. */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('the sealed value is not base64url');
  return bytes;
}

/** `v1.<key id>.<nonce>.<ciphertext and tag>`; a key id may contain dots, the parts after it cannot. */
function parse(sealed: string): { keyId: string; nonce: Buffer; body: Buffer } {
  const match = /^v1\.(.+)\.([\w-]+)\.([\w-]+)$/s.exec(sealed);
  const [, keyId, nonce, body] = match ?? [];
  if (!keyId || !nonce || !body) throw new Error('the sealed value is malformed');
  const parsed = { keyId, nonce: decode(nonce), body: decode(body) };
  if (parsed.nonce.length !== NONCE_BYTES || parsed.body.length < TAG_BYTES) {
    throw new Error('the sealed value is malformed');
  }
  return parsed;
}

/**
 * Seals with the first key and opens with any of them.
 *
 * Digests are made with the *last* key, the oldest. A look-up finds only what was digested with the same key, and
 * rotation puts the new key in front: with the last one, digests stay what they were for as long as the oldest key
 * is listed. Taking that key off the list loses what was stored under a digest, and nothing is let in by that:
 * such a look-up finds nothing.
 */
export function createSecretBox(keys: readonly SealingKey[]): SecretBox {
  const [current] = keys;
  const oldest = keys.at(-1);
  if (!current || !oldest) throw new Error('at least one encryption key is needed');
  const sealing = new Map(keys.map(({ id, key }) => [id, derive(key, 'seal')]));
  if (sealing.size !== keys.length) throw new Error('two encryption keys have the same id');
  const sealingKey = derive(current.key, 'seal');
  const digestKey = derive(oldest.key, 'digest');

  return {
    seal(plain, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, current.id, nonce.toString('base64url'), body.toString('base64url')].join('.');
    },

    open(sealed, purpose) {
      const { keyId, nonce, body } = parse(sealed);
      const key = sealing.get(keyId);
      if (!key) throw new Error(`the encryption key "${keyId}" of a sealed value is not configured`);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(purpose));
      decipher.setAuthTag(body.subarray(-TAG_BYTES));
      return decipher.update(body.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },

    digest(value, purpose) {
      // The purpose's length keeps purpose and value apart, whatever they contain.
      const framed = `${Buffer.byteLength(purpose)}|${purpose}|${value}`;
      return createHmac('sha256', digestKey).update(framed).digest('base64url');
    },
  };
}
