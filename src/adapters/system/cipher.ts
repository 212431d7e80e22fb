/** Encrypts stored values that are read again (AES-256-GCM), and digests values that are only looked up (HMAC). */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { type Cipher, SecretUnreadable } from '../../ports/system.ts';

/** NIST SP 800-38D, 8.2: 96 bits, fresh and random for each encryption; 5.2.1.2: the full tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';
const PREFIX = `${VERSION}.`;

/** One key from the configuration: any string of enough entropy, and the name by which encrypted values refer to it. */
export interface CipherKey {
  readonly id: string;
  readonly key: string;
}

/** RFC 5869, 3.2: each use has a key of its own. */
function derive(key: string, use: 'seal' | 'digest'): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `doublelock ${VERSION} ${use}`, 32));
}

/** The key of digests that comes of an encryption key, base64url: one way, so that it tells nothing of that. */
export function digestKeyOf(key: string): string {
  return derive(key, 'digest').toString('base64url');
}

/** As a KeyObject: one made of bytes for each use costs more than the use. */
function encryptionKeyOf(key: string): KeyObject {
  return createSecretKey(derive(key, 'seal'));
}

/** Strict base64url: of several spellings of the same bytes only the canonical one counts. */
function decode(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : null;
}

interface Parsed {
  readonly keyId: string;
  readonly nonce: Buffer;
  readonly body: Buffer;
}

/** `v1.<key id>.<nonce>.<ciphertext and tag>`; a key id may contain dots, the parts after it cannot. */
function parse(encrypted: string): Parsed | null {
  const bodyAt = encrypted.lastIndexOf('.') + 1;
  const nonceAt = encrypted.lastIndexOf('.', bodyAt - 2) + 1;
  if (!encrypted.startsWith(PREFIX) || nonceAt <= PREFIX.length + 1) return null;
  const keyId = encrypted.slice(PREFIX.length, nonceAt - 1);
  const [nonce, body] = [encrypted.slice(nonceAt, bodyAt - 1), encrypted.slice(bodyAt)].map(decode);
  if (nonce?.length !== NONCE_BYTES || !body || body.length < TAG_BYTES) return null;
  return { keyId, nonce, body };
}

/**
 * Encrypts with the first key and decrypts with any of them.
 *
 * Digests are made with a key that stays when those are replaced: a look-up finds only what was digested with the same
 * one. Without `digestKey` it is derived from the *last* key, the oldest, and is lost when that is taken off the list.
 */
export function createCipher(keys: readonly CipherKey[], digestKey?: string): Cipher {
  const [current] = keys;
  const oldest = keys.at(-1);
  if (!current || !oldest) throw new Error('at least one encryption key is needed');
  const encryptionKeys = new Map(keys.map(({ id, key }) => [id, encryptionKeyOf(key)]));
  if (encryptionKeys.size !== keys.length) throw new Error('two encryption keys have the same id');
  const encryptionKey = encryptionKeyOf(current.key);
  const digesting = createSecretKey(Buffer.from(digestKey ?? digestKeyOf(oldest.key), 'base64url'));

  function decrypt(encrypted: string, purpose: string): string {
    const parsed = parse(encrypted);
    if (!parsed) throw new SecretUnreadable('the sealed value is malformed');
    const { keyId, nonce, body } = parsed;
    const key = encryptionKeys.get(keyId);
    if (!key) throw new SecretUnreadable(`the encryption key "${keyId}" of a sealed value is not configured`);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    try {
      const plain = decipher.update(body.subarray(0, -TAG_BYTES));
      // It checks the tag. A counter mode leaves no bytes for the end.
      decipher.final();
      return plain.toString();
    } catch {
      throw new SecretUnreadable(`a value sealed under "${keyId}" is not what that key has sealed`);
    }
  }

  return {
    keyId: current.id,

    encrypt(plain, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, current.id, nonce.toString('base64url'), body.toString('base64url')].join('.');
    },

    decrypt,

    tryDecrypt(encrypted, purpose) {
      try {
        return decrypt(encrypted, purpose);
      } catch (error) {
        if (error instanceof SecretUnreadable) return null;
        throw error;
      }
    },

    keyIdOf(encrypted) {
      return parse(encrypted)?.keyId ?? null;
    },

    digest(value, purpose) {
      // The purpose's length keeps purpose and value apart, whatever they contain.
      const pageContextOfTenant = `${Buffer.byteLength(purpose)}|${purpose}|${value}`;
      return createHmac('sha256', digesting).update(pageContextOfTenant).digest('base64url');
    },
  };
}
