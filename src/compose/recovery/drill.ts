/** Composes `doublelock drill`: a restore to a copy, which is removed again. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { auditLinesSince } from '../../adapters/embedded/backup/audit-lines.ts';
import {
  type BackupFacts,
  type Progress,
  readBackup,
  writeBackup,
} from '../../adapters/embedded/backup/backup-file.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import type { Config } from '../../config/shape.ts';
import { QUIET_EVENTS } from '../../domain/audit/lost-changes.ts';
import { expectStore, presentSecretsOf } from '../parts.ts';
import { embeddedFilesOf } from './backup.ts';
import { type Prepared, prepare, type RunStep } from './prepare.ts';
import { expectLater } from './restore.ts';

export interface Step {
  readonly name: string;
  readonly ms: number;
}

export interface Drill extends BackupFacts, Omit<Prepared, 'path'> {
  readonly steps: readonly Step[];
  readonly drilledAt: number;
}

/** `given`: an existing backup; null: one is made. Throws the step that fails, and why. */
export async function drill(config: Config, given: string | null, progress: Progress): Promise<Drill> {
  const { accounts: source } = embeddedFilesOf(config);
  const { dataDir } = config.storage;
  if (given === null) expectStore(config);
  presentSecretsOf(config);
  const steps: Step[] = [];
  const runStep: RunStep = async (name, work) => {
    const begun = performance.now();
    try {
      return await work();
    } catch (error) {
      throw new Error(`the drill failed at "${name}": ${error instanceof Error ? error.message : 'fault'}`, {
        cause: error,
      });
    } finally {
      steps.push({ name, ms: Math.round(performance.now() - begun) });
    }
  };
  // On the disk of the store: there is room, and it is as private.
  const folder = mkdtempSync(join(dataDir, 'drill-'));
  const stop = () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const file = given === null ? join(folder, 'backup.sqlite') : resolve(given);
    if (given === null)
      await runStep('make a backup', () => writeBackup({ source, file, clock: systemClock, progress }));
    const facts = await runStep('read its facts', () => readBackup(file));
    const drilledAt = systemClock.now();
    expectLater(drilledAt, facts, file);
    const { madeAt } = facts;
    const lines = linesSince(source, madeAt);
    const copy = join(folder, 'restored');
    const { factors, unreadable, lost } = await prepare(config, {
      file,
      folder: copy,
      lines,
      madeAt,
      runStep,
    });
    return { ...facts, steps, drilledAt, factors, unreadable, lost };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Null where no store is. */
function linesSince(source: string, since: number) {
  if (!existsSync(source)) return null;
  const db = new DatabaseSync(source, { readOnly: true });
  try {
    return auditLinesSince(db, since, QUIET_EVENTS);
  } finally {
    db.close();
  }
}
