/** Composes `doublelock restore`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { auditLinesSince } from '../../adapters/embedded/backup/audit-lines.ts';
import { type BackupFacts, readBackup } from '../../adapters/embedded/backup/backup-file.ts';
import { giveOwner } from '../../adapters/embedded/backup/disk.ts';
import { holdStore } from '../../adapters/embedded/backup/replacement.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import type { Config } from '../../config/shape.ts';
import {
  type AuditLine,
  type LostChange,
  lostChangesOf,
  QUIET_EVENTS,
} from '../../domain/audit/lost-changes.ts';
import { openStores, presentSecretsOf } from '../parts.ts';
import { embeddedFilesOf } from './backup.ts';
import { endIssued, openWith, type Prepared, prepare, type RunStep } from './prepare.ts';

export interface Restored extends BackupFacts, Omit<Prepared, 'path'> {
  readonly restoredAt: number;
  /** The name of the replaced database; null when there was none. */
  readonly replaced: string | null;
}

const withoutMeasure: RunStep = async (_name, work) => work();

/** `lines`: the audit trail of an export; null: that of the replaced store, where it can be read. */
export async function restoreBackup(
  config: Config,
  given: string,
  lines: readonly AuditLine[] | null,
): Promise<Restored> {
  const files = embeddedFilesOf(config);
  const { dataDir } = config.storage;
  const file = resolve(given);
  const facts = readBackup(file);
  presentSecretsOf(config);
  const restoredAt = systemClock.now();
  expectLater(restoredAt, facts, given);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const held = holdStore(files);
  const folder = join(dataDir, 'restoring');
  try {
    // That of an interrupted restore.
    rmSync(folder, { recursive: true, force: true });
    const { madeAt } = facts;
    const known = lines ?? (held.replaced && auditLinesSince(held.replaced, madeAt, QUIET_EVENTS));
    const prepared = await prepare(config, { file, folder, lines: known, madeAt, runStep: withoutMeasure });
    giveOwner(prepared.path, dataDir);
    const replaced = held.replaceBy(prepared.path, new Date(restoredAt));
    const { factors, unreadable, lost } = prepared;
    return { ...facts, restoredAt, replaced, factors, unreadable, lost };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    held.release();
  }
}

/** Codes of apps become void up to the present: a clock that is behind would leave some. */
export function expectLater(now: number, { madeAt }: Pick<BackupFacts, 'madeAt'>, file: string): void {
  if (now >= madeAt) return;
  throw new Error(
    `${file} was made at ${new Date(madeAt).toISOString()}, and the clock of this machine is before that`,
  );
}

/** The same for a store whose own tools have restored it. Gives the changes since `lines` begin to be lost. */
export async function endIssuedInMongo(
  config: Config,
  lines: readonly AuditLine[] | null,
): Promise<{ readonly madeAt: number | null; readonly lost: readonly LostChange[] | null }> {
  if (config.storage.accounts.driver === 'embedded')
    throw new Error('the accounts are in the embedded store: name the file of a backup');
  const stores = await openStores(config);
  try {
    const cipher = await openWith(config, stores);
    const [newest] = await stores.audit.list({ limit: 1 });
    const madeAt = newest?.atMs ?? null;
    await endIssued(config, stores, cipher);
    return { madeAt, lost: lines && lostChangesOf(lines, (madeAt ?? 0) + 1) };
  } finally {
    await stores.close();
  }
}
