/**
 * The servers that `MONGODB_URI` and `REDIS_URL` name. Each suite keeps to a part of its own there: a database of MongoDB,
 * and of Redis a prefix or an empty database, so that runs at the same time share a server.
 *
 * Suites that kill, freeze or fill a server start their own. They do not read these variables: `mongoServer`,
 * `redisServers`, and `instancesOnOwnServers` in test/process.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/** For a program on the embedded stores: the variables would give it other ones. */
export function withoutNamedServers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { MONGODB_URI, REDIS_URL, ...rest } = env;
  return rest;
}

export interface RedisDatabase {
  readonly url: string;
  /** Empties it. */
  leave(): Promise<void>;
}

/** A Redis server has this many databases unless its settings say otherwise; the first is left to its owner. */
const DATABASES = 16;
/** Seconds after which the database of a run that was killed can be taken again, once its keys have expired. */
const HELD_SECONDS = 7200;
const MARK = 'doublelock-test';
/** Takes a database only while it is empty: what it holds belongs to somebody else. */
const TAKE = `if redis.call('DBSIZE') > 0 then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) return 1`;

/** The same server, user and options, and another database. */
function withRedisDatabase(url: string, number: number): string {
  const changed = new URL(url);
  changed.pathname = `/${number}`;
  return changed.href;
}

/** An empty database of the server that `REDIS_URL` names, for one run. Rejects when there is none. */
export async function takeRedisDatabase(url: string): Promise<RedisDatabase> {
  for (let number = 1; number < DATABASES; number += 1) {
    const own = withRedisDatabase(url, number);
    const redis = new Redis(own, { maxRetriesPerRequest: 1 });
    redis.on('error', () => {});
    try {
      if ((await redis.eval(TAKE, 1, MARK, randomUUID(), HELD_SECONDS)) !== 1) continue;
      return { url: own, leave: () => empty(own) };
    } finally {
      redis.disconnect();
    }
  }
  throw new Error('REDIS_URL: the server has no empty database among the numbers 1 to 15');
}

async function empty(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  await redis.quit();
}

/** Called in a `describe`: an empty database of the server that `REDIS_URL` names, else null. */
export function namedRedisDatabase(): () => string | null {
  const named = process.env.REDIS_URL;
  let taken: RedisDatabase | null = null;
  before(async () => {
    if (named) taken = await takeRedisDatabase(named);
  });
  after(async () => {
    await taken?.leave();
  });
  return () => taken?.url ?? null;
}
