/** Files that are private to their owner, and on the disk before anything relies on them. */
import { chownSync, closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Made for its owner alone. Throws when it is there. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
}

/** A file, or the names in a folder. */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The operator may be root, where the server is not. */
export function giveOwner(path: string, like: string): void {
  const [own, wanted] = [statSync(path), statSync(like)];
  if (own.uid !== wanted.uid) chownSync(path, wanted.uid, wanted.gid);
}

/** A database and the files that SQLite keeps beside it. */
export function filesOf(path: string): string[] {
  return ['', '-wal', '-shm', '-journal']
    .map((suffix) => `${path}${suffix}`)
    .filter((file) => existsSync(file));
}

/** The name of a file beside another one: the database of a folder. */
export function siblingOf(path: string, suffix: string): string {
  return join(dirname(path), `${basename(path)}${suffix}`);
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
