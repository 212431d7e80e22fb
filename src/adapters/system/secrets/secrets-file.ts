/** Development only: makes the secrets that the configuration lacks, once, and keeps them in the data directory. */
import {
  closeSync,
  existsSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { KeyHistory, KeyUse } from '../../../domain/keys.ts';
import type { Random } from '../../../ports/system.ts';
import { type Jwk, makeEncryptionKey, makeKeyText, makeSigningKey } from './key-making.ts';

const FILE = 'secrets.json';

/** A key of each use. */
export interface KeyOf {
  readonly encryption: { readonly id: string; readonly key: string };
  readonly cookies: string;
  readonly signing: Jwk;
}

export type SecretLists = { readonly [Use in KeyUse]: readonly KeyOf[Use][] };

/** As they lie in the file: beside the lists, what is known of keys by their ids. */
export type KeptSecrets = SecretLists & {
  readonly history?: Readonly<Record<string, KeyHistory>>;
};

function makeSecrets(random: Random): SecretLists {
  return {
    encryption: [makeEncryptionKey(random)],
    cookies: [makeKeyText(random)],
    signing: [makeSigningKey('ES256'), makeSigningKey('RS256')],
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function isLists(value: unknown): value is KeptSecrets {
  if (typeof value !== 'object' || value === null) return false;
  const lists: Partial<Record<keyof SecretLists, unknown>> = value;
  return [lists.encryption, lists.cookies, lists.signing].every(
    (list) => Array.isArray(list) && list.length > 0,
  );
}

/** Null when there is no file. One that cannot be read stops the start: new keys can't read the stored values. */
function readSecrets(path: string): KeptSecrets | null {
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

/** A new file, for its owner alone, on the disk when this returns. */
export function writePrivate(path: string, content: string): void {
  const handle = openSync(path, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Complete or not at all: written aside, then linked, which fails when somebody else's file is there already. */
function writeOnce(path: string, dataDir: string, content: string, random: Random): void {
  const aside = `${path}.${random.id()}`;
  writePrivate(aside, content);
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(aside);
  }
  sync(dataDir);
}

function textOf(secrets: KeptSecrets): string {
  return `${JSON.stringify(secrets, null, 2)}\n`;
}

export function hasKeptSecrets(dataDir: string): boolean {
  return existsSync(join(dataDir, FILE));
}

/** The secrets of the data directory, made when they are not there. */
export function keptSecrets(dataDir: string, random: Random): KeptSecrets {
  const path = join(dataDir, FILE);
  const kept = readSecrets(path);
  if (kept) return kept;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeOnce(path, dataDir, textOf(makeSecrets(random)), random);
  // Read back, because another process may have been first.
  const written = readSecrets(path);
  if (!written) throw new Error(`${path} was removed while it was being made`);
  return written;
}

/** An operator may be root, where the server is not: it must be able to read what takes the place of its file. */
function keepOwner(handle: number, path: string): void {
  const { uid, gid } = statSync(path);
  if (fstatSync(handle).uid !== uid) fchownSync(handle, uid, gid);
}

/**
 * Replaces the file with the result of `change`, whole or not at all. The temporary file is also a lock. Without it one of
 * two simultaneous changes would lose the key of the other, and every value that this key encrypts.
 */
export function changeSecrets(
  dataDir: string,
  random: Random,
  change: (kept: KeptSecrets) => KeptSecrets,
): void {
  keptSecrets(dataDir, random);
  const path = join(dataDir, FILE);
  const aside = `${path}.new`;
  try {
    writePrivate(aside, '');
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new Error(
      `${aside} is there: somebody else is changing the keys, or was interrupted; then remove it`,
    );
  }
  try {
    // Read now that nobody else writes.
    const handle = openSync(aside, 'r+');
    try {
      keepOwner(handle, path);
      writeSync(handle, textOf(change(keptSecrets(dataDir, random))));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, path);
  } catch (error) {
    unlinkSync(aside);
    throw error;
  }
  sync(dataDir);
}

/**
 * Fills the lists that are empty from `secrets.json` in the data directory, which is made at first start.
 * A configured list stays as it is. Two processes that start at the same time end with the same file.
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
