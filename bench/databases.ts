/** The servers that a run on MongoDB and Redis needs: those that the environment names, else started for it. */
import { randomUUID } from 'node:crypto';
import { findTool } from '../test/support/needs.ts';
import { dropDatabases, withDatabase } from '../test/support/stores/mongo.ts';
import { findMongoProgram, startMongoServer } from '../test/support/stores/mongo-server.ts';
import { type RedisDatabase, takeRedisDatabase } from '../test/support/stores/named-servers.ts';
import { startRedisServer } from '../test/support/stores/redis-server.ts';
import type { Place } from './settings.ts';

export interface Databases {
  /** The names of both databases, for the report. */
  readonly names: string;
  /** Empty ones, for one place. */
  fresh(): Promise<NonNullable<Place['servers']>>;
  stop(): Promise<void>;
}

/** Rejects with what to install where something is missing. */
export async function startDatabases(env: NodeJS.ProcessEnv): Promise<Databases> {
  const mongo = await mongoOf(env);
  const redis = await redisOf(env);
  const taken: RedisDatabase[] = [];
  let redisDatabase = 0;

  async function freshRedis(): Promise<string> {
    if (!env.REDIS_URL) {
      redisDatabase += 1;
      return `${redis.uri}/${redisDatabase}`;
    }
    const database = await takeRedisDatabase(redis.uri);
    taken.push(database);
    return database.url;
  }

  return {
    names: `${mongo.name} and ${redis.name}`,
    async fresh() {
      const name = `doublelock_bench_${randomUUID().slice(0, 8)}`;
      return { mongo: withDatabase(mongo.uri, name), redis: await freshRedis() };
    },
    async stop() {
      await Promise.all(taken.map((database) => database.leave()));
      if (env.MONGODB_URI) await dropDatabases(mongo.uri);
      await Promise.all([mongo.stop(), redis.stop()]);
    },
  };
}

interface Started {
  readonly name: string;
  readonly uri: string;
  readonly stop: () => Promise<void>;
}

async function mongoOf(env: NodeJS.ProcessEnv): Promise<Started> {
  if (env.MONGODB_URI) return { name: 'MongoDB', uri: env.MONGODB_URI, stop: async () => {} };
  const program = await findMongoProgram(env);
  if (!program) throw new Error('set MONGODB_URI or MONGOD_PATH, or apt-get install golang-go');
  const server = await startMongoServer(program);
  const name = program.path.endsWith('ferretdb') ? 'FerretDB' : 'MongoDB';
  return { name, uri: server.uri, stop: server.remove };
}

async function redisOf(env: NodeJS.ProcessEnv): Promise<Started> {
  if (env.REDIS_URL) return { name: 'Redis', uri: env.REDIS_URL, stop: async () => {} };
  const program = findTool('redis-server', env);
  if (program === null)
    throw new Error('set REDIS_URL or REDIS_SERVER_PATH, or apt-get install redis-server');
  const server = await startRedisServer({ program });
  return { name: 'Redis', uri: server.url, stop: server.kill };
}
