/** Requests counted in windows, in Redis: a hash of two numbers for each owner. */
import type { RateStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { KEPT_LONGER_MS, type KeyOf } from './keys.ts';
import { createScript } from './script.ts';

/** Given: the owner's key; the time, the limit, the window and the lifetime. Answers with 0, or when the window ends. */
const TAKE = createScript(
  'refusable',
  `
  local at, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local since = tonumber(redis.call('HGET', KEYS[1], 'since'))
  -- A window that lies in the future by its whole length was opened by a clock that was wrong.
  if not since or math.abs(at - since) >= window then
    redis.call('HSET', KEYS[1], 'since', at, 'count', 1)
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    return 0
  end
  if tonumber(redis.call('HGET', KEYS[1], 'count')) >= limit then return since + window end
  redis.call('HINCRBY', KEYS[1], 'count', 1)
  return 0`,
);

export function createRateStore(connection: Connection, keyOf: KeyOf): RateStore {
  return {
    async take(owner, { limit, windowMs }, at) {
      const args = [at, limit, windowMs, windowMs + KEPT_LONGER_MS];
      const retryAt = Number(await connection.run(TAKE, [keyOf('rates', owner)], args));
      return retryAt === 0 ? { ok: true } : { ok: false, retryAt };
    },
  };
}
