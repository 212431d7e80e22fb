/** Lua scripts for oidc-provider's payloads. A call that is sent twice gets the result of the first time. */
import { createScript } from './script.ts';

/** Milliseconds for which a destroyed key is remembered: longer than a caller waits for a repeated call. */
const REMEMBERED_MS = 10_000;

/**
 * The id of this run of the server. After a failover or a restart a consumption may be lost. So a code of an earlier run
 * cannot be consumed at all, rather than twice.
 */
const RUN = `
  local run = redis.call('INFO', 'server'):match('run_id:(%x+)')`;

/**
 * Given: the key; the payload, its lifetime or nothing, its expiry or nothing, uid, grant, when it was consumed or
 * nothing, and 1 when it may be consumed later.
 */
export const UPSERT = createScript(
  'refusable',
  `
  local key, lifetime, consumed = KEYS[1], ARGV[2], ARGV[6]
  redis.call('HSET', key, 'payload', ARGV[1], 'expires', ARGV[3], 'uid', ARGV[4], 'grant', ARGV[5])
  if ARGV[7] == '1' then${RUN}
    redis.call('HSETNX', key, 'run', run)
  end
  if consumed ~= '' then redis.call('HSETNX', key, 'consumed', consumed) end
  if lifetime == '' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, lifetime) end
  return 1`,
);

/** Given: the grant's set; the key that belongs to it, its expiry, the present time, and how much longer all is kept. */
export const ADD_TO_GRANT = createScript(
  'refusable',
  `
  local set, now, longer = KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4])
  redis.call('ZADD', set, ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now - longer)
  local last = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')[2]
  if last == 'inf' then redis.call('PERSIST', set)
  elseif last then redis.call('PEXPIRE', set, math.max(0, last - now) + longer) end
  return 1`,
);

/** Given: the key; the present time, the same in seconds, and the call's own id. */
export const CONSUME = createScript(
  'refusable',
  `
  local expires, consumed, by, issuedIn =
    unpack(redis.call('HMGET', KEYS[1], 'expires', 'consumed', 'consumed_by', 'run'))
  if by == ARGV[3] then return 1 end
  if not expires or consumed then return 0 end
  if expires ~= '' and tonumber(expires) <= tonumber(ARGV[1]) then return 0 end${RUN}
  if issuedIn ~= run then return 0 end
  redis.call('HSET', KEYS[1], 'consumed', ARGV[2], 'consumed_by', ARGV[3])
  return 1`,
);

/**
 * Given: the old key, the new key, and optionally the key that points to it; the expected payload, the new payload, its
 * lifetime and its expiry. No payload is stored twice, so a repeated call finds its own payload and knows that it won.
 */
export const REPLACE = createScript(
  'refusable',
  `
  local from, to, pointer = KEYS[1], KEYS[2], KEYS[3]
  if redis.call('HGET', from, 'payload') ~= ARGV[1] then
    return redis.call('HGET', to, 'payload') == ARGV[2] and 1 or 0
  end
  if from ~= to then redis.call('RENAME', from, to) end
  redis.call('HSET', to, 'payload', ARGV[2], 'expires', ARGV[4])
  redis.call('PEXPIRE', to, ARGV[3])
  if pointer then redis.call('SET', pointer, to, 'PX', ARGV[3]) end
  return 1`,
);

/**
 * Given: the key, and the key that remembers the call that destroyed it; the call's own id, and optionally the expected
 * payload.
 */
export const DESTROY = createScript(
  'always',
  `
  local isIt = not ARGV[2] or redis.call('HGET', KEYS[1], 'payload') == ARGV[2]
  if isIt and redis.call('DEL', KEYS[1]) == 1 then
    redis.call('SET', KEYS[2], ARGV[1], 'PX', ${REMEMBERED_MS})
    return 1
  end
  return redis.call('GET', KEYS[2]) == ARGV[1] and 1 or 0`,
);

/** Given: the key; the grant to which it must still belong. */
export const DESTROY_OF_GRANT = createScript(
  'always',
  `
  if redis.call('HGET', KEYS[1], 'grant') == ARGV[1] then redis.call('DEL', KEYS[1]) end
  return 1`,
);

/** Given: the key that points to another; the fields to read from that one. It needs both keys on one server. */
export const FIND_BY_UID = createScript(
  'always',
  `
  local key = redis.call('GET', KEYS[1])
  return key and redis.call('HMGET', key, unpack(ARGV))`,
);
