/**
 * Puts another database in the place of the accounts store. Nobody else may use it meanwhile: a file in WAL mode can leave
 * that mode only where a single process has it open (https://sqlite.org/wal.html, 3). A mark beside it keeps
 * servers from a store that is replaced in part.
 */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asStoreFault, isLocked } from '../sqlite/faults.ts';
import { filesOf, hasCode, makePrivate, siblingOf, sync } from './disk.ts';

/** Milliseconds for a command that is just ending. */
const PATIENCE_MS = 1000;
/** CORRUPT and NOTADB (https://sqlite.org/rescode.html): no process can use such a file. */
const DAMAGED: readonly unknown[] = [11, 26];

/** The two files of a data directory. */
export interface StoreFiles {
  readonly accounts: string;
  readonly shortLived: string;
}

export interface HeldStore {
  /** The database that is to be replaced; null when there is none, or it is damaged. */
  readonly replaced: DatabaseSync | null;
  /**
   * Moves the database at `prepared` into the place of the accounts store, and removes the short-lived one. Gives the
   * name under which the replaced one is kept; null when there was none.
   */
  replaceBy(prepared: string, at: Date): string | null;
  /** Lets the files go. */
  release(): void;
}

/** Throws one line when another process uses one of the files. */
export function holdStore(files: StoreFiles): HeldStore {
  const held: DatabaseSync[] = [];
  const release = () => {
    for (const db of held.splice(0)) db.close();
  };
  const hold = (path: string): DatabaseSync | null => {
    const db = lock(path);
    if (db) held.push(db);
    return db;
  };
  try {
    const replaced = hold(files.accounts);
    hold(files.shortLived);
    return { replaced, replaceBy: (prepared, at) => replace(files, prepared, { at, hold }), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Null for a file that is absent or damaged. */
function lock(path: string): DatabaseSync | null {
  if (!existsSync(path)) return null;
  const db = new DatabaseSync(path, { timeout: PATIENCE_MS });
  try {
    db.prepare('PRAGMA journal_mode = DELETE').get();
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    if (isLocked(error)) throw new Error(`${path} is in use: stop every server and command that uses it`);
    if (error instanceof Error && 'errcode' in error && DAMAGED.includes(Number(error.errcode) & 0xff))
      return null;
    throw asStoreFault(basename(path), error);
  }
}

interface Replacing {
  readonly at: Date;
  readonly hold: (path: string) => DatabaseSync | null;
}

function replace(
  { accounts, shortLived }: StoreFiles,
  prepared: string,
  { at, hold }: Replacing,
): string | null {
  if (filesOf(prepared).length !== 1) throw new Error(`${prepared}: its log is not in it`);
  const folder = dirname(accounts);
  const mark = markOf(accounts);
  const wasMissing = !existsSync(accounts);
  try {
    makePrivate(mark);
  } catch (error) {
    // From a restore that was interrupted, which this one completes.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  sync(folder);
  try {
    // A server that began before the mark was there has made it.
    if (wasMissing) hold(accounts);
  } catch (error) {
    rmSync(mark);
    throw error;
  }
  const kept = freeName(siblingOf(accounts, `.replaced-${at.toISOString().replaceAll(/[:.]/g, '-')}`));
  const old = filesOf(accounts);
  for (const file of old) renameSync(file, `${kept}${file.slice(accounts.length)}`);
  renameSync(prepared, accounts);
  for (const file of filesOf(shortLived)) rmSync(file);
  sync(folder);
  rmSync(mark);
  sync(folder);
  return old.length > 0 ? kept : null;
}

function freeName(path: string): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? path : `${path}-${count}`;
    if (!existsSync(name)) return name;
  }
}

function markOf(accounts: string): string {
  return siblingOf(accounts, '.restoring');
}

/** Which file is at a path; null: none. */
export function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : null;
}

/**
 * Throws one line for a store that is replaced in part, and for one that was replaced between `before` and now. Called once
 * the database is open, since from then on it cannot be replaced.
 */
export function expectSettled(accounts: string, before: string | null): void {
  if (existsSync(markOf(accounts)))
    throw new Error(`a restore of ${accounts} was interrupted: run "doublelock restore FILE" again`);
  if (before !== null && identityOf(accounts) !== before)
    throw new Error(`${accounts} was replaced at this moment: start again`);
}
