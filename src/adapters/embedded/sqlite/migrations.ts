/** Brings the schema of a file up to date by numbered steps, all of them or none. */
import type { DatabaseSync } from 'node:sqlite';

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

/**
 * `steps[n]` leads from version n to n + 1, and may call the functions of `functions.ts`. A file of a version beyond the last
 * step is refused. An older release that writes into a newer schema would lose the values that it does not know.
 */
export function migrate(db: DatabaseSync, name: string, steps: readonly string[]): void {
  const found = versionOf(db);
  if (found > steps.length) {
    throw new Error(
      `${name} has schema version ${found}, and this release knows versions up to ${steps.length}: ` +
        'start the newer release again, or restore the backup made before it',
    );
  }
  if (found === steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Read again under the lock: another process may have migrated while this one waited.
    for (const step of steps.slice(versionOf(db))) db.exec(step);
    db.exec(`PRAGMA user_version = ${steps.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
  // The log that migrating left behind would take as much room again as the tables do.
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
