/** Counts what the short-lived store of a run holds, and lets the time pass in which it expires. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { openEmbeddedShortLived } from '../src/adapters/embedded/open.ts';
import type { Place } from './settings.ts';

/** In milliseconds, more than the longest life there: a session of a day, and the minute that Redis adds. */
const PASSED_MS = 25 * 60 * 60 * 1000;

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Keys of the Redis database, or rows of the embedded store. */
export async function shortLivedKeys({ dataDir, servers }: Place): Promise<number> {
  if (servers) return withRedis(servers.redis, (redis) => redis.dbsize());
  const db = new DatabaseSync(join(dataDir, 'short-lived.sqlite'), { readOnly: true });
  try {
    const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    const counts = tables.map(({ name }) => db.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.n);
    return counts.reduce((sum: number, count) => sum + Number(count), 0);
  } finally {
    db.close();
  }
}

/** Redis has no clock of ours: there, the expiry of each key that has one comes earlier by the time that passes. */
export async function expireShortLived({ dataDir, servers }: Place): Promise<void> {
  if (servers) {
    await withRedis(servers.redis, async (redis) => {
      for await (const keys of redis.scanStream({ count: 1000 })) {
        const found: string[] = keys;
        const left = await Promise.all(found.map((key) => redis.pttl(key)));
        await Promise.all(
          found.map((key, n) =>
            (left[n] ?? -1) < 0 ? null : redis.pexpire(key, (left[n] ?? 0) - PASSED_MS),
          ),
        );
      }
    });
    return;
  }
  const store = openEmbeddedShortLived({ dataDir });
  await store.sweep(Date.now() + PASSED_MS, 0);
  store.close();
}
