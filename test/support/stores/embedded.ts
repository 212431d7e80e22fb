/** Embedded stores in a directory of their own, gone with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import type { MakeStore } from '../../contracts/make-store.ts';

export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'doublelock-test-'));
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

/** Called in a `describe`: a fresh data directory for each test, removed afterwards. */
export function freshDataDir(): () => string {
  let dataDir = '';
  beforeEach(() => {
    dataDir = makeDataDir();
  });
  afterEach(() => removeDataDir(dataDir));
  return () => dataDir;
}
