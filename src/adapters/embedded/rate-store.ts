/** Requests counted in windows, in SQLite: one row for each owner. A refused request writes nothing. */
import type { RateStore, RateVerdict } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';

/** A window that lies in the future by its whole length was opened by a clock that was wrong. */
const IS_OPEN = 'abs(:at - since) < :windowMs';

export function createRateStore(database: Database): RateStore {
  const count = database.statement(
    `INSERT INTO rates (owner, since, count, expires_at) VALUES (:owner, :at, 1, :at + :windowMs)
      ON CONFLICT (owner) DO UPDATE SET
        count = CASE WHEN ${IS_OPEN} THEN count + 1 ELSE 1 END,
        since = CASE WHEN ${IS_OPEN} THEN since ELSE excluded.since END,
        expires_at = CASE WHEN ${IS_OPEN} THEN expires_at ELSE excluded.expires_at END
      WHERE count < :limit OR NOT ${IS_OPEN}`,
  );
  const look = database.statement<{ since: number }>('SELECT since FROM rates WHERE owner = :owner');

  return {
    take: (owner, { limit, windowMs }, at) =>
      database.write((): RateVerdict => {
        if (count.run({ owner, at, limit, windowMs }) > 0) return { ok: true };
        return { ok: false, retryAt: (look.get({ owner })?.since ?? at) + windowMs };
      }),
  };
}
