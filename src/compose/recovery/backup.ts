/** Composes `doublelock backup`. */
import { resolve } from 'node:path';
import { type BackupFacts, type Progress, writeBackup } from '../../adapters/embedded/backup/backup-file.ts';
import { filesOfStore } from '../../adapters/embedded/open.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import type { Config } from '../../config/shape.ts';
import { expectStore } from '../parts.ts';

const MONGO_RECIPE =
  'MongoDB has tools of its own: "mongodump --oplog" makes a backup, and after "mongorestore --oplogReplay", ' +
  'before any server starts, run "doublelock restore --after-mongorestore" (docs/guides/backup.md)';

export interface Backup extends BackupFacts {
  readonly file: string;
  /** The place of the encryption keys that it needs. */
  readonly keysIn: string;
}

export async function backUp(config: Config, file: string, progress: Progress): Promise<Backup> {
  const { accounts: source } = embeddedFilesOf(config);
  expectStore(config);
  const facts = await writeBackup({ source, file: resolve(file), clock: systemClock, progress });
  return { ...facts, file, keysIn: keysIn(config) };
}

/** Throws the recipe for another store. */
export function embeddedFilesOf({ storage }: Config) {
  if (storage.accounts.driver !== 'embedded') throw new Error(MONGO_RECIPE);
  return filesOfStore({ dataDir: storage.dataDir });
}

function keysIn({ secrets, storage }: Config): string {
  return secrets.encryption.length > 0
    ? 'secrets.encryption of the configuration'
    : `${storage.dataDir}/secrets.json`;
}
