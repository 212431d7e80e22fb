/** For `mocha --config .mocharc.servers.cjs`: MongoDB and Redis servers for the whole run, and apps that use them. */

import { findMongoProgram, type MongoServer, startMongoServer } from './mongo-server.ts';
import { findTool } from './needs.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

let mongo: MongoServer | null = null;
let redis: RedisServer | null = null;

/** Uses the servers that `MONGODB_URI` and `REDIS_URL` name, else starts what is on the PATH. */
export async function mochaGlobalSetup(): Promise<void> {
  const program = await findMongoProgram(process.env);
  const redisServer = findTool('redis-server', process.env);
  const hasMongo = process.env.MONGODB_URI || program;
  const hasRedis = process.env.REDIS_URL || redisServer;
  if (!hasMongo || !hasRedis) {
    console.log(
      'SKIPPED: the suites on MongoDB and Redis. Set MONGODB_URI and REDIS_URL, or apt-get install golang-go redis-server',
    );
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  if (!process.env.MONGODB_URI && program) {
    mongo = await startMongoServer(program);
    process.env.MONGODB_URI = mongo.uri;
  }
  if (!process.env.REDIS_URL && redisServer) {
    redis = await startRedisServer({ program: redisServer });
    process.env.REDIS_URL = redis.url;
  }
  process.env.TEST_STORES = 'mongo-redis';
}

export async function mochaGlobalTeardown(): Promise<void> {
  await Promise.all([mongo?.remove(), redis?.kill()]);
}
