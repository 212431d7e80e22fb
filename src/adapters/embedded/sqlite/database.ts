/** One SQLite file: private and durable. An act is tried again while another process holds the lock. */
import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../../../ports/faults.ts';
import { createDiskSync } from './disk-sync.ts';
import { asStoreFault, isFull, isLocked } from './faults.ts';
import { addFunctions } from './functions.ts';
import { createGroupCommit } from './group-commit.ts';
import { migrate } from './migrations.ts';

/** How long opening may block, in milliseconds: nobody is being served yet. */
const OPEN_TIMEOUT_MS = 2000;

/**
 * Waits between tries on a locked file, in milliseconds; 2.4 s in all. SQLite itself never waits (busy_timeout 0):
 * its wait would block the event loop, and the waits of all callers would add up there.
 */
const RETRY_AFTER_MS: readonly number[] = [1, 2, 4, 8, 16, 32, ...Array<number>(46).fill(50)];

/**
 * In bytes, half of SQLite's own: rows are small, so that a commit writes half as much and a fresh store takes half
 * the room, in the same time. It holds for files that are made now; others keep what they have.
 */
const PAGE_BYTES = 2048;

/** The log is moved into the file at 8 MiB: each time takes two syncs of the disk, during which nobody is served. */
const LOG_PAGES = 4096;

/**
 * Turns of the event loop that writes wait for others: a sync is worth a few, a commit without one no more than its
 * own.
 */
const TURNS = { full: 4, normal: 1 };

export type Values = Readonly<Record<string, SQLInputValue>>;

/**
 * A prepared statement with named parameters, of which each needs a value. Tables are STRICT, so that a column's type
 * can be relied on.
 */
export interface Statement<Row> {
  get(values?: Values): Row | undefined;
  all(values?: Values): Row[];
  /** How many rows were written. */
  run(values?: Values): number;
}

export interface Database {
  statement<Row extends Record<string, SQLOutputValue>>(sql: string): Statement<Row>;
  /** Reading, then one write at most, at once: it is done again from the start while the file is locked. */
  act<T>(work: () => T): Promise<T>;
  /** One act of any number of statements, holding the write lock from the start; committed with others of its moment. */
  write<T>(work: () => T): Promise<T>;
  /** Rejects when the file cannot be read or its write lock cannot be had. */
  ping(): Promise<void>;
  close(): void;
}

export interface DatabaseOptions {
  readonly path: string;
  /** `full`: an acknowledged write outlives a power cut; `normal`: it outlives the process. */
  readonly durability: 'full' | 'normal';
  readonly migrations: readonly string[];
}

/** Makes the file before SQLite does, which would make it readable by everybody. -wal and -shm take its mode. */
function makePrivate(path: string): void {
  // An existing directory keeps its mode: it may be shared with others on purpose.
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'a', 0o600);
  try {
    if ((fstatSync(file).mode & 0o077) !== 0) fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): DatabaseSync {
  try {
    makePrivate(path);
    return new DatabaseSync(path, { timeout: OPEN_TIMEOUT_MS, enableForeignKeyConstraints: true });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    const where = `${basename(path)}: cannot be made or opened in ${dirname(path)}`;
    throw new StoreUnavailable(`${where}${why}`, { cause: error });
  }
}

function connect({ path, migrations }: DatabaseOptions): DatabaseSync {
  const name = basename(path);
  const db = openFile(path);
  try {
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
    if (mode !== 'wal') {
      throw new StoreUnavailable(`${name}: no write-ahead log possible on this file system`);
    }
    // FULL would sync the log within each commit, during which nobody is served: what has to is synced beside.
    db.exec('PRAGMA synchronous = NORMAL');
    db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    addFunctions(db);
    migrate(db, name, migrations);
    db.exec('PRAGMA busy_timeout = 0');
    return db;
  } catch (error) {
    db.close();
    throw asStoreFault(name, error);
  }
}

/** Names cost node:sqlite 2 to 3 µs a statement (measured): they are for the reader, and bound by their place. */
function byPosition(sql: string): { positional: string; names: string[] } {
  const names: string[] = [];
  // Text in quotes is no parameter.
  const positional = sql.replace(/'[^']*'|:(\w+)/g, (all, name?: string) => {
    if (name === undefined) return all;
    names.push(name);
    return '?';
  });
  return { positional, names };
}

/** Opens or makes the file and migrates it. Throws `StoreUnavailable`, or an Error for a newer schema. */
export function openDatabase(options: DatabaseOptions): Database {
  const name = basename(options.path);
  const db = connect(options);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const look = db.prepare('SELECT count(*) FROM sqlite_schema');
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)');

  /** Moves the log into the file, which gives back the room of all that was written more than once. */
  function fold(): boolean {
    try {
      return checkpoint.get()?.busy === 0;
    } catch {
      return false;
    }
  }

  async function act<T>(work: () => T): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return work();
      } catch (error) {
        if (tries === 0 && isFull(error) && fold()) continue;
        const wait = isLocked(error) ? RETRY_AFTER_MS[tries] : undefined;
        if (wait === undefined) throw asStoreFault(name, error);
        await pause(wait);
      }
    }
  }

  function atomically<T>(work: () => T): T {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some faults, a full disk among them.
      if (db.isTransaction) rollback.run();
      throw error;
    }
  }

  const log = options.durability === 'full' ? createDiskSync(`${options.path}-wal`) : null;

  /**
   * A commit in the log outlives a power cut once the log is on the disk
   * (https://sqlite.org/forum/forumpost/d1a6bc7c4cd2baca, 3). SQLite moves it from the log into the file with syncs of
   * its own, at the latest when the last process closes the file.
   */
  async function settle(): Promise<void> {
    try {
      await log?.reach();
    } catch (error) {
      throw new StoreUnavailable(`${name}: the disk has not taken it`, { cause: error });
    }
  }

  const group = createGroupCommit({ act, atomically, settle, turns: TURNS[options.durability] });

  return {
    statement<Row extends Record<string, SQLOutputValue>>(sql: string): Statement<Row> {
      const { positional, names } = byPosition(sql);
      const prepared = db.prepare(positional);
      const given = (values: Values) => names.map((parameter) => values[parameter] as SQLInputValue);
      return {
        // Not by StatementSync.get: it stops at the first row, and a commit that fails after it goes unnoticed.
        get: (values = {}) => (prepared.all(...given(values)) as Row[])[0],
        all: (values = {}) => prepared.all(...given(values)) as Row[],
        run: (values = {}) => Number(prepared.run(...given(values)).changes),
      };
    },
    act,
    write: group.write,
    ping: () => act(() => atomically(() => void look.get())),
    close: () => {
      group.flush();
      if (db.isOpen) db.close();
      log?.close();
    },
  };
}
