/** The servers that a run on MongoDB and Redis needs: those that the environment names, else started for it. */
import { randomUUID } from 'node:crypto';
import { findTool } from '../test/support/needs.ts';
import { withDatabase } from '../test/support/stores/mongo.ts';
import { findMongoProgram, startMongoServer } from '../test/support/stores/mongo-server.ts';
import { startRedisServer } from '../test/support/stores/redis-server.ts';
import type { Place } from './settings.ts';

export interface Databases {
  /** The names of both databases, for the report. */
  readonly names: string;
  /** Empty ones, for one place. A Redis server that the environment names is used as it is. */
  fresh(): NonNullable<Place['servers']>;
  stop(): Promise<void>;
}

/** Rejects with what to install where something is missing. */
export async function startDatabases(env: NodeJS.ProcessEnv): Promise<Databases> {
  const mongo = await mongoOf(env);
  const redis = await redisOf(env);
  let redisDatabase = 0;
  return {
    names: `${mongo.name} and ${redis.name}`,
    fresh() {
      const servers = {
        mongo: withDatabase(mongo.uri, `doublelock_bench_${randomUUID().slice(0, 8)}`),
        redis: env.REDIS_URL ? redis.uri : `${redis.uri}/${redisDatabase}`,
      };
      redisDatabase += 1;
      return servers;
    },
    async stop() {
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
