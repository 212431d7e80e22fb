/** Development only: makes the secrets that nobody configured, once, and keeps them in the data directory. */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../ports/system.ts';

/** 256 bits, for keys of AES-256 and HMAC-SHA-256. */
const KEY_BYTES = 32;
/** RFC 7518, 3.3: 2048 bits or more. */
const RSA_BITS = 2048;

type Jwk = Readonly<Record<string, unknown>>;

export interface SecretLists {
  readonly encryption: readonly { readonly id: string; readonly key: string }[];
  readonly cookies: readonly string[];
  readonly signing: readonly Jwk[];
}

/** RFC 7638, 3: the digest of the required members, in lexicographic order and without white space. */
function thumbprint(jwk: Jwk): string {
  const required = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter((name) => name in jwk);
  const canonical = JSON.stringify(Object.fromEntries(required.map((name) => [name, jwk[name]])));
  return createHash('sha256').update(canonical).digest('base64url');
}

function signingKey(alg: 'ES256' | 'RS256', { privateKey }: { privateKey: KeyObject }): Jwk {
  const jwk: Jwk = { ...privateKey.export({ format: 'jwk' }) };
  return { ...jwk, use: 'sig', alg, kid: thumbprint(jwk) };
}

function makeSecrets(random: Random): SecretLists {
  const key = () => Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
  return {
    encryption: [{ id: random.id(), key: key() }],
    cookies: [key()],
    // The first is used: an ES256 signature costs a fraction of an RS256 one.
    signing: [
      signingKey('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      signingKey('RS256', generateKeyPairSync('rsa', { modulusLength: RSA_BITS })),
    ],
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function isLists(value: unknown): value is SecretLists {
  if (typeof value !== 'object' || value === null) return false;
  const lists: Partial<Record<keyof SecretLists, unknown>> = value;
  return [lists.encryption, lists.cookies, lists.signing].every(
    (list) => Array.isArray(list) && list.length > 0,
  );
}

/** Null when there is no file. One that cannot be read stops the start: new keys would lose what the old ones sealed. */
function readSecrets(path: string): SecretLists | null {
  let value: unknown = null;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    if (!(error instanceof SyntaxError)) throw error;
  }
  // Without a cause: a parser's message quotes what it read.
  if (!isLists(value))
    throw new Error(`${path} is damaged: restore it, or remove it and lose what it has sealed`);
  return value;
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Complete or not at all: written aside, then linked, which fails when somebody else's file is there already. */
function writeOnce(path: string, dataDir: string, content: string, random: Random): void {
  const aside = `${path}.${random.id()}`;
  const handle = openSync(aside, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(aside);
  }
  sync(dataDir);
}

function keptSecrets(dataDir: string, random: Random): SecretLists {
  const path = join(dataDir, 'secrets.json');
  const kept = readSecrets(path);
  if (kept) return kept;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeOnce(path, dataDir, `${JSON.stringify(makeSecrets(random), null, 2)}\n`, random);
  // Read back, because another process may have been first.
  const written = readSecrets(path);
  if (!written) throw new Error(`${path} was removed while it was being made`);
  return written;
}

/**
 * Fills the lists that are empty from `secrets.json` in the data directory, which is made at first start.
 * What is configured stays as it is. Of two processes that start at once, both end with the same file.
 */
export function completeSecrets(secrets: SecretLists, dataDir: string, random: Random): SecretLists {
  const { encryption, cookies, signing } = secrets;
  if ([encryption, cookies, signing].every((list) => list.length > 0)) return secrets;
  const kept = keptSecrets(dataDir, random);
  return {
    encryption: encryption.length > 0 ? encryption : kept.encryption,
    cookies: cookies.length > 0 ? cookies : kept.cookies,
    signing: signing.length > 0 ? signing : kept.signing,
  };
}
