/** Attempts counted in sliding windows, in SQLite: a row for each attempt and counter. */
import type { AttemptLimit, AttemptStore, AttemptVerdict, CountedAttempt } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';

type Count = { taken: number; oldest: number | null; own: number };

export function createAttemptStore(database: Database): AttemptStore {
  const count = database.statement<Count>(
    `SELECT count(*) AS taken, min(at) AS oldest, coalesce(sum(id = :id), 0) AS own FROM attempts
      WHERE owner = :owner AND counter = :counter AND at > :since`,
  );
  const insert = database.statement(
    `INSERT INTO attempts (owner, counter, id, bucket, at, expires_at)
      VALUES (:owner, :counter, :id, :bucket, :at, :expiresAt) ON CONFLICT DO NOTHING`,
  );
  const forget = database.statement(
    `DELETE FROM attempts WHERE owner = :owner AND bucket = :bucket
      AND counter IN (SELECT value FROM json_each(:counters))`,
  );

  function look({ owner, id, atMs: at }: CountedAttempt, { counter, windowMs }: AttemptLimit): Count {
    return count.get({ owner, id, counter, since: at - windowMs }) ?? { taken: 0, oldest: null, own: 0 };
  }

  function take(attempt: CountedAttempt): AttemptVerdict {
    const { owner, id, bucket, atMs: at, limits } = attempt;
    const left: [string, number][] = [];
    for (const limit of limits) {
      const { taken, oldest, own } = look(attempt, limit);
      // A repeated call finds itself counted already and needs no room of its own.
      if (own === 0 && taken >= limit.limit) {
        return { ok: false, counter: limit.counter, retryAt: (oldest ?? at) + limit.windowMs };
      }
      left.push([limit.counter, Math.max(0, limit.limit - taken - (own === 0 ? 1 : 0))]);
    }
    for (const { counter, windowMs } of limits) {
      insert.run({ owner, counter, id, bucket, at, expiresAt: at + windowMs });
    }
    return { ok: true, left: Object.fromEntries(left) };
  }

  function full(owner: string, limits: readonly AttemptLimit[], atMs: number): ReadonlySet<string> {
    const isFull = ({ counter, limit, windowMs }: AttemptLimit) =>
      (count.get({ owner, counter, id: '', since: atMs - windowMs })?.taken ?? 0) >= limit;
    return new Set(limits.filter(isFull).map(({ counter }) => counter));
  }

  return {
    full: (owner, limits, atMs) => database.act(() => full(owner, limits, atMs)),
    take: (attempt) => database.write(() => take(attempt)),
    forget: (owner, counters, bucket) =>
      database.write(() => void forget.run({ owner, bucket, counters: JSON.stringify(counters) })),
  };
}
