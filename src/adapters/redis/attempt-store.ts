/** Attempts counted in sliding windows, in Redis: a sorted set for each owner and counter, scored by time. */
import type { AttemptStore, AttemptVerdict, CountedAttempt } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { KEPT_LONGER_MS, type KeyOf } from './keys.ts';
import { createScript } from './script.ts';

/** Given: a key for each counter; the attempt, its time, and the limit, window and lifetime of each counter. */
const TAKE = createScript(
  'refusable',
  `
  local attempt, at = ARGV[1], tonumber(ARGV[2])
  local left = {}
  for i, key in ipairs(KEYS) do
    local limit, window = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    redis.call('ZREMRANGEBYSCORE', key, '-inf', at - window)
    local taken = redis.call('ZCARD', key)
    -- A repeated call finds itself counted already and needs no room of its own.
    local own = redis.call('ZSCORE', key, attempt)
    if not own and taken >= limit then
      local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
      return { 0, i, (oldest or at) + window }
    end
    left[i] = math.max(0, limit - taken - (own and 0 or 1))
  end
  for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, 'NX', at, attempt)
    redis.call('PEXPIRE', key, ARGV[3 * i + 2])
  end
  return { 1, unpack(left) }`,
);

/** Given: a key for each counter; the time before which the attempts of each one are forgotten. */
const COUNT = createScript(
  'always',
  `
  local counts = {}
  for i, key in ipairs(KEYS) do counts[i] = redis.call('ZCOUNT', key, '(' .. ARGV[i], '+inf') end
  return counts`,
);

/** Given: a key for each counter; how the attempts of the bucket begin. */
const FORGET = createScript(
  'always',
  `
  for _, key in ipairs(KEYS) do
    for _, attempt in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      if attempt:sub(1, #ARGV[1]) == ARGV[1] then redis.call('ZREM', key, attempt) end
    end
  end
  return 1`,
);

/** Buckets are names of ours: none has this character. */
const bucketMark = (bucket: string) => `${bucket}\u0000`;

export function createAttemptStore(connection: Connection, keyOf: KeyOf): AttemptStore {
  function verdictOf({ limits }: CountedAttempt, reply: unknown): AttemptVerdict {
    const [taken, ...numbers] = (Array.isArray(reply) ? reply : []).map(Number);
    if (taken === 1) {
      return {
        ok: true,
        left: Object.fromEntries(limits.map(({ counter }, i) => [counter, numbers[i] ?? 0])),
      };
    }
    const [position = 1, retryAt = 0] = numbers;
    return { ok: false, counter: limits[position - 1]?.counter ?? '', retryAt };
  }

  return {
    async take(attempt) {
      const { owner, id, bucket, atMs: at, limits } = attempt;
      const keys = limits.map(({ counter }) => keyOf('attempts', owner, counter));
      const rules = limits.flatMap(({ limit, windowMs }) => [limit, windowMs, windowMs + KEPT_LONGER_MS]);
      return verdictOf(attempt, await connection.run(TAKE, keys, [bucketMark(bucket) + id, at, ...rules]));
    },
    async full(owner, limits, atMs) {
      if (limits.length === 0) return new Set();
      const keys = limits.map(({ counter }) => keyOf('attempts', owner, counter));
      const since = limits.map(({ windowMs }) => atMs - windowMs);
      const reply = await connection.run(COUNT, keys, since);
      const counts = (Array.isArray(reply) ? reply : []).map(Number);
      return new Set(
        limits.filter(({ limit }, i) => (counts[i] ?? 0) >= limit).map(({ counter }) => counter),
      );
    },
    async forget(owner, counters, bucket) {
      const keys = counters.map((counter) => keyOf('attempts', owner, counter));
      await connection.run(FORGET, keys, [bucketMark(bucket)]);
    },
  };
}
