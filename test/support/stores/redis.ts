/** The Redis stores of a test: keys under a prefix of their own, gone with the test. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { openRedisShortLived, type RedisShortLived } from '../../../src/adapters/redis/open.ts';
import type { Clock } from '../../../src/ports/system.ts';
import { NOW } from '../../contracts/examples.ts';
import type { MakeStore } from '../../contracts/make-store.ts';
import { needs } from '../needs.ts';
import { namedRedisDatabase } from './named-servers.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

/** The examples happen at this time. */
export const CLOCK: Clock = { now: () => NOW };

/** Called in a `describe`: the address of the server that `REDIS_URL` names, else of one started for this suite. */
export function redisUrl(): () => string {
  const named = process.env.REDIS_URL;
  if (named) return () => named;
  const { 'redis-server': program } = needs('redis-server');
  let server: RedisServer | null = null;
  before(async () => {
    server = await startRedisServer({ program });
  });
  after(async () => {
    await server?.kill();
  });
  return () => {
    if (!server) throw new Error('a server exists inside tests only');
    return server.url;
  };
}

/** Called in a `describe`, for programs, whose keys have one prefix: a database that is empty at first, on the same server. */
export function redisDatabase(): () => string {
  const named = namedRedisDatabase();
  const url = redisUrl();
  return () => named() ?? url();
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
  await redis.quit();
}

/** Called in a `describe`: a fresh prefix for each test, its keys removed afterwards. */
export function freshPrefix(url: () => string): () => string {
  let prefix = '';
  beforeEach(() => {
    prefix = `dl-test-${randomUUID()}:`;
  });
  afterEach(() => removeKeys(url(), prefix));
  return () => prefix;
}

/** Called in a `describe`, for a contract suite: one of the stores, under a prefix made for it. */
export function redis<Store>(choose: (stores: RedisShortLived) => Store): MakeStore<Store> {
  const url = redisUrl();
  const prefix = freshPrefix(url);
  return async () => {
    const stores = await openRedisShortLived({ uri: url(), clock: CLOCK, prefix: prefix() });
    return { store: choose(stores), close: async () => stores.close() };
  };
}

/** Called in a `describe`: what a test hands over is closed after it, the last first. */
export function closedAfterwards(): <One extends { close(): unknown }>(one: One) => One {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  return (one) => {
    open.push(one);
    return one;
  };
}
