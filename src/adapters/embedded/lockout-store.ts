/** Durable failure counters and locks in SQLite. */
import type { Lockout, LockoutStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';

export type { Row as LockoutRow };

type Row = { locked_until: number; level: number; bucket: string | null; count: number | null };

export function toLockout(rows: readonly Row[]): Lockout {
  return {
    lockedUntil: rows[0]?.locked_until ?? 0,
    level: rows[0]?.level ?? 0,
    failures: Object.fromEntries(
      rows.flatMap(({ bucket, count }) => (bucket === null ? [] : [[bucket, count ?? 0]])),
    ),
  };
}

export function createLockoutStore(database: Database): LockoutStore {
  // One statement, so that lock and failures are of one moment.
  const read = database.statement<Row>(
    `SELECT coalesce(locked_until, 0) AS locked_until, coalesce(level, 0) AS level, bucket, count
      FROM (SELECT :subject AS subject) LEFT JOIN lockouts USING (subject) LEFT JOIN lockout_failures USING (subject)`,
  );
  const addFailure = database.statement<{ count: number }>(
    `INSERT INTO lockout_failures (subject, bucket, count, failed_at) VALUES (:subject, :bucket, 1, :now)
      ON CONFLICT DO UPDATE SET count = count + 1, failed_at = excluded.failed_at RETURNING count`,
  );
  const lock = database.statement(
    `INSERT INTO lockouts (subject, locked_until, level, account_id)
      VALUES (:subject, :lockedUntil, :level, :accountId)
      ON CONFLICT DO UPDATE SET locked_until = max(locked_until, excluded.locked_until),
        level = max(level, excluded.level), account_id = coalesce(excluded.account_id, account_id)`,
  );
  const clear = database.statement(
    'DELETE FROM lockout_failures WHERE subject = :subject AND bucket = :bucket',
  );
  const clearLevel = database.statement(
    `UPDATE lockouts SET level = 0 WHERE subject = :subject AND level > 0
      AND NOT EXISTS (SELECT 1 FROM lockout_failures WHERE subject = :subject)`,
  );
  const forgetLock = database.statement('DELETE FROM lockouts WHERE subject = :subject');
  const forgetFailures = database.statement('DELETE FROM lockout_failures WHERE subject = :subject');

  return {
    read: (subject) => database.act(() => toLockout(read.all({ subject }))),
    addFailure: (subject, bucket, now) =>
      database.write(() => addFailure.get({ subject, bucket, now })?.count ?? 1),
    lock: (subject, lockedUntil, level, accountId) =>
      database.write(() => void lock.run({ subject, lockedUntil, level, accountId })),
    clear: (subject, bucket) =>
      database.write(() => {
        clear.run({ subject, bucket });
        clearLevel.run({ subject });
      }),
    reset: (subject) =>
      database.write(() => {
        forgetLock.run({ subject });
        forgetFailures.run({ subject });
      }),
  };
}
