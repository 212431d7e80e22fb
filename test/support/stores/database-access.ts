/** Somebody with the databases of an app: looks and deletes there, and asks no product. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { createConnection } from 'mongoose';
import type { Config } from '../../../src/config/shape.ts';

export interface DatabaseAccess {
  /** How many sessions of the provider there are, in either store. */
  countSessions(): Promise<number>;
  deleteAccount(id: string): Promise<void>;
  /** Everything that is short-lived. */
  loseShortLived(): Promise<void>;
}

type Storage = Config['storage'];

export function databaseAccess({ storage }: Pick<Config, 'storage'>): DatabaseAccess {
  const { accounts, shortLived, dataDir } = storage;
  const durable =
    accounts.driver === 'mongo'
      ? inMongo(accounts.uri ?? '')
      : inFile(join(dataDir, 'accounts.sqlite'), ['accounts']);
  const passing =
    shortLived.driver === 'redis'
      ? inRedis(shortLived)
      : inFile(join(dataDir, 'short-lived.sqlite'), ['provider', 'progress', 'attempts', 'rates']);
  return {
    countSessions: async () => (await durable.countSessions()) + (await passing.countSessions()),
    deleteAccount: durable.deleteAccount,
    loseShortLived: passing.loseAll,
  };
}

function inFile(path: string, tables: readonly string[]) {
  async function withFile<T>(work: (file: DatabaseSync) => T): Promise<T> {
    const file = new DatabaseSync(path);
    try {
      return work(file);
    } finally {
      file.close();
    }
  }
  return {
    countSessions: () =>
      withFile((file) => {
        const found = file.prepare("SELECT count(*) AS count FROM provider WHERE model = 'Session'").get();
        return Number(found?.count);
      }),
    deleteAccount: (id: string) =>
      withFile((file) => void file.prepare('DELETE FROM accounts WHERE id = ?').run(id)),
    loseAll: () =>
      withFile((file) => {
        for (const table of tables) file.exec(`DELETE FROM ${table}`);
      }),
  };
}

function inMongo(uri: string) {
  async function withCollection<T>(name: string, work: (collection: Collection) => Promise<T>): Promise<T> {
    const connection = await createConnection(uri).asPromise();
    try {
      return await work(connection.collection(name));
    } finally {
      await connection.close();
    }
  }
  return {
    countSessions: () => withCollection('provider', (found) => found.countDocuments({ kind: 'Session' })),
    deleteAccount: (id: string) =>
      withCollection('accounts', async (found) => {
        await found.deleteMany({ _id: { $eq: id } } as object);
      }),
  };
}

type Collection = ReturnType<ReturnType<typeof createConnection>['collection']>;

function inRedis({ uri }: Storage['shortLived']) {
  async function keysLike(redis: Redis, pattern: string): Promise<string[]> {
    const pages: string[][] = await redis.scanStream({ match: pattern, count: 1000 }).toArray();
    return pages.flat();
  }
  async function withKeys<T>(
    pattern: string,
    work: (keys: string[], redis: Redis) => T,
  ): Promise<Awaited<T>> {
    const redis = new Redis(uri ?? '');
    try {
      return await work(await keysLike(redis, pattern), redis);
    } finally {
      await redis.quit();
    }
  }
  return {
    countSessions: () => withKeys('dl:provider:{Session:*}', (keys) => new Set(keys).size),
    loseAll: () =>
      withKeys('dl:*', async (keys, redis) => {
        if (keys.length > 0) await redis.unlink(keys);
      }),
  };
}
