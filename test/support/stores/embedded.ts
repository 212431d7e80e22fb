/** Embedded stores in a directory of their own, gone with the test. */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import type { MakeStore } from '../../contracts/make-store.ts';

/** The file system in memory that Linux has. */
const MEMORY = '/dev/shm';
/** Containers often have 64 MB there; a FerretDB of the tests writes 200 MB. */
const ENOUGH_BYTES = 2 ** 29;

/** Most tests are not about the disk: syncs of it would take half of their time (measured). */
function fastFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH_BYTES ? MEMORY : tmpdir();
  } catch {
    // Not Linux.
    return tmpdir();
  }
}

/** In memory where there is enough of it. */
export function makeDataDir(root: string = fastFolder()): string {
  return mkdtempSync(join(root, 'doublelock-test-'));
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
}

/** For a contract suite: one of the stores, in files made for it. */
export function embedded<Store>(choose: (stores: EmbeddedStores) => Store): MakeStore<Store> {
  return async () => {
    const dataDir = makeDataDir();
    const stores = openEmbedded({ dataDir });
    return {
      store: choose(stores),
      close: async () => {
        stores.close();
        removeDataDir(dataDir);
      },
    };
  };
}

/** Called in a `describe`: a fresh data directory on disk for each test, removed afterwards. */
export function freshDataDir(): () => string {
  let dataDir = '';
  beforeEach(() => {
    dataDir = makeDataDir(tmpdir());
  });
  afterEach(() => removeDataDir(dataDir));
  return () => dataDir;
}

/** The number of rows in a table of the accounts store. */
export function countRows(dataDir: string, table: 'enrolments'): number {
  const database = new DatabaseSync(join(dataDir, 'accounts.sqlite'), { readOnly: true });
  const row = database.prepare(`SELECT count(*) AS count FROM ${table}`).get();
  database.close();
  return Number(row?.count);
}
