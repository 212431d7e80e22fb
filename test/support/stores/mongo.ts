/** The MongoDB stores of a test: a database of their own, gone with the suite. */
import { randomUUID } from 'node:crypto';
import { type Connection, createConnection } from 'mongoose';
import { type MongoAccounts, openMongoAccounts } from '../../../src/adapters/mongo/open.ts';
import type { MakeStore } from '../../contracts/make-store.ts';
import { mongoServer } from './mongo-server.ts';

/** The names that `withDatabase` was asked for. */
const named = new Set<string>();

/** The same server, users and options, and another database. */
export function withDatabase(uri: string, name: string): string {
  named.add(name);
  const [, server = uri, database = '', options = ''] =
    /^([^/]+:\/\/[^/?]+)\/?([^?]*)(\?.*)?$/.exec(uri) ?? [];
  const isElsewhere = !server.includes('@') || options.includes('authSource=');
  const source = isElsewhere ? '' : `${options ? '&' : '?'}authSource=${database || 'admin'}`;
  return `${server}/${name}${options}${source}`;
}

/** Drops every database that this process has named with `withDatabase`, for a server that outlives it. */
export async function dropDatabases(uri: string): Promise<void> {
  for (const name of [...named]) {
    const admin = await createConnection(withDatabase(uri, name)).asPromise();
    await admin.dropDatabase();
    await admin.close();
  }
  named.clear();
}

/** Called in a `describe`: the server that `MONGODB_URI` names, else one started for this suite. */
function mongoUri(): () => string {
  const named = process.env.MONGODB_URI;
  if (named) return () => named;
  const server = mongoServer();
  return () => server().uri;
}

export interface MongoDatabase {
  readonly uri: string;
  /** For what no adapter does: to look, to set up, to damage. */
  readonly admin: Connection;
  /** Empties it. */
  clear(): Promise<void>;
}

async function openDatabase(server: string): Promise<MongoDatabase> {
  const uri = withDatabase(server, `doublelock_test_${randomUUID().slice(0, 8)}`);
  const admin = await createConnection(uri).asPromise();
  return {
    uri,
    admin,
    async clear() {
      const collections = await admin.listCollections();
      await Promise.all(collections.map(({ name }) => admin.collection(name).deleteMany({})));
    },
  };
}

/** Called in a `describe`: a database for its tests, emptied after each and dropped in the end. */
export function mongoDatabase(): () => MongoDatabase {
  const database = lastingMongoDatabase();
  afterEach(() => database().clear());
  return database;
}

/** Likewise, for programs that last longer than a test: dropped in the end. */
export function lastingMongoDatabase(): () => MongoDatabase {
  let database: MongoDatabase | null = null;
  // Hooks of a kind run in this order: the database goes before its server does.
  after(async () => {
    await database?.admin.dropDatabase();
    await database?.admin.close();
  });
  const server = mongoUri();
  before(async () => {
    database = await openDatabase(server());
  });
  return () => {
    if (!database) throw new Error('a database exists inside tests only');
    return database;
  };
}

/** The examples happen in the past: a server that deletes by its own clock would take them away. */
async function stopExpiry(admin: Connection): Promise<void> {
  for (const { name } of await admin.listCollections()) {
    for (const index of await admin.collection(name).indexes()) {
      if (index.expireAfterSeconds !== undefined && index.name)
        await admin.collection(name).dropIndex(index.name);
    }
  }
}

/** Called in a `describe`: the stores of its tests, on one connection, and the database that they are in. */
export function mongoStores(): { database: () => MongoDatabase; stores: () => MongoAccounts } {
  let stores: MongoAccounts | null = null;
  after(async () => {
    await stores?.close();
  });
  const database = mongoDatabase();
  before(async () => {
    stores = await openMongoAccounts({ uri: database().uri });
    await stopExpiry(database().admin);
  });
  return {
    database,
    stores: () => {
      if (!stores) throw new Error('stores exist inside tests only');
      return stores;
    },
  };
}

/** Called in a `describe`, for a contract suite: one of the stores. */
export function mongo<Store>(choose: (stores: MongoAccounts) => Store): MakeStore<Store> {
  const { stores } = mongoStores();
  return async () => ({ store: choose(stores()), close: async () => {} });
}
