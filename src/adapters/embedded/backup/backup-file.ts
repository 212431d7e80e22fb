/**
 * Backup files of the accounts store: a whole SQLite file, with the moment of the backup in a table of its own. It holds no
 * encryption key.
 */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../ports/system.ts';
import { ACCOUNTS_MIGRATIONS } from '../sqlite/schema.ts';
import { filesOf, hasCode, makePrivate, siblingOf, sync } from './disk.ts';

/** Pages for each step of the copy: the writes of a server do not wait for any of them. */
const PAGES = 1024;
/** Milliseconds for a lock that another process holds. */
const PATIENCE_MS = 2000;

/** The answers of file systems that have no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

export interface BackupFacts {
  /** Milliseconds since the epoch. Everything that happened before is in the backup. */
  readonly madeAt: number;
  /** The number of steps of its schema. */
  readonly schema: number;
  /** How many there are. */
  readonly accounts: number;
  /** The ids of the encryption keys that have sealed something in it. */
  readonly keyIds: readonly string[];
}

/** Called now and then, with the finished part, from 0 to 1. */
export type Progress = (part: number) => void;

interface Writing {
  /** The database that is copied. A server may use it. */
  readonly source: string;
  /** The new file. */
  readonly file: string;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** Whole or not at all. Throws one line when the file exists, or the copy is damaged. */
export async function writeBackup({ source, file, clock, progress }: Writing): Promise<BackupFacts> {
  if (existsSync(file)) throw new Error(`${file} is there: a backup replaces no file`);
  const part = siblingOf(file, '.part');
  try {
    makePrivate(part);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new Error(`${part} is there: another backup is being written, or was interrupted; then remove it`);
  }
  try {
    const madeAt = await copyDatabase({ source, file: part, clock, progress });
    const facts = complete(part, madeAt);
    sync(part);
    giveName(part, file);
    sync(dirname(file));
    return facts;
  } catch (error) {
    throw hasCode(error, 'EEXIST')
      ? new Error(`${file} was made meanwhile: a backup replaces no file`)
      : error;
  } finally {
    for (const left of filesOf(part)) rmSync(left, { force: true });
  }
}

/** Fails where somebody else's file is. Without hard links, as on exFAT and many network drives, a second look must do. */
function giveName(part: string, file: string): void {
  try {
    linkSync(part, file);
  } catch (error) {
    if (existsSync(file) || !NO_LINKS.some((code) => hasCode(error, code))) throw error;
    renameSync(part, file);
  }
}

/** Copies what one read transaction sees, so that a server that writes meanwhile does not restart the copy. */
async function copyDatabase({ source, file, clock, progress }: Writing): Promise<number> {
  const db = new DatabaseSync(source, { timeout: PATIENCE_MS });
  try {
    const madeAt = clock.now();
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(db, file, {
      rate: PAGES,
      progress: ({ totalPages, remainingPages }) => progress(1 - remainingPages / totalPages),
    });
    db.exec('COMMIT');
    return madeAt;
  } finally {
    db.close();
  }
}

/** Adds the moment to the copy, and checks it. */
function complete(path: string, madeAt: number): BackupFacts {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA journal_mode = DELETE');
    db.exec('CREATE TABLE backup (made_at INTEGER NOT NULL) STRICT');
    db.prepare('INSERT INTO backup (made_at) VALUES (?)').run(madeAt);
    expectWhole(db, path);
    return factsOf(db, madeAt);
  } finally {
    db.close();
  }
}

/** Throws one line for a file that is no backup, or that a newer release has written. */
export function readBackup(file: string): BackupFacts {
  return reading(file, (db) => {
    const made = hasTable(db, 'backup') ? db.prepare('SELECT made_at FROM backup').get() : undefined;
    if (typeof made?.made_at !== 'number') throw new Error(`${file} is no backup of "doublelock backup"`);
    const schema = schemaOf(db);
    if (schema > ACCOUNTS_MIGRATIONS.length)
      throw new Error(
        `${file} has schema version ${schema}, and this release knows versions up to ${ACCOUNTS_MIGRATIONS.length}: ` +
          'restore it with the newer release',
      );
    return factsOf(db, made.made_at);
  });
}

/** Copies a backup to a new database, without what makes it a backup. Throws one line when it is damaged. */
export function unpackBackup(file: string, path: string): void {
  makePrivate(path);
  copyFileSync(file, path);
  const db = new DatabaseSync(path);
  try {
    expectWhole(db, file);
    db.exec('DROP TABLE backup');
  } finally {
    db.close();
  }
}

function reading<T>(file: string, read: (db: DatabaseSync) => T): T {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`${file} is no file`);
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return read(db);
  } catch (error) {
    // NOTADB, and what a damaged header leads to.
    if (!hasCode(error, 'ERR_SQLITE_ERROR')) throw error;
    throw new Error(`${file} is no backup of "doublelock backup"`, { cause: error });
  } finally {
    db.close();
  }
}

function expectWhole(db: DatabaseSync, name: string): void {
  if (db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check !== 'ok')
    throw new Error(`${name} is damaged`);
}

function factsOf(db: DatabaseSync, madeAt: number): BackupFacts {
  const accounts = Number(db.prepare('SELECT count(*) AS count FROM accounts').get()?.count ?? 0);
  return { madeAt, schema: schemaOf(db), accounts, keyIds: keyIdsOf(db) };
}

function schemaOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

/** Stores of the first releases know no keys. */
function keyIdsOf(db: DatabaseSync): string[] {
  if (!hasTable(db, 'encryption_keys')) return [];
  const rows = db
    .prepare('SELECT id FROM encryption_keys WHERE used_at IS NOT NULL ORDER BY used_at, id')
    .all();
  return rows.map(({ id }) => String(id));
}

function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
