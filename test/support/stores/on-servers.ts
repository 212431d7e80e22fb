/** For `mocha --config .mocharc.servers.cjs`: MongoDB and Redis servers for the whole run, and apps that use them. */

import { findTool } from '../needs.ts';
import { dropDatabases } from './mongo.ts';
import { findMongoProgram, type MongoServer, startMongoServer } from './mongo-server.ts';
import { type RedisDatabase, takeRedisDatabase } from './named-servers.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

let mongo: MongoServer | null = null;
let redis: RedisServer | null = null;
let namedMongo: string | null = null;
let namedRedis: RedisDatabase | null = null;

/** Uses databases of the servers that `MONGODB_URI` and `REDIS_URL` name, else starts what is on the PATH. */
export async function mochaGlobalSetup(): Promise<void> {
  const { MONGODB_URI: mongoUri, REDIS_URL: redisUrl } = process.env;
  // Not looked for where it is not wanted: it may have to be built first.
  const program = mongoUri ? null : await findMongoProgram(process.env);
  const redisServer = redisUrl ? null : findTool('redis-server', process.env);
  if ((!mongoUri && !program) || (!redisUrl && !redisServer)) {
    console.log(
      'SKIPPED: the suites on MongoDB and Redis. Set MONGODB_URI and REDIS_URL, or apt-get install golang-go redis-server',
    );
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  if (program) {
    mongo = await startMongoServer(program);
    process.env.MONGODB_URI = mongo.uri;
  }
  if (redisServer) {
    redis = await startRedisServer({ program: redisServer });
    process.env.REDIS_URL = redis.url;
  }
  if (mongoUri) namedMongo = mongoUri;
  if (redisUrl) {
    namedRedis = await takeRedisDatabase(redisUrl);
    process.env.REDIS_URL = namedRedis.url;
  }
  process.env.TEST_STORES = 'mongo-redis';
}

export async function mochaGlobalTeardown(): Promise<void> {
  await Promise.all([
    mongo?.remove(),
    redis?.kill(),
    namedRedis?.leave(),
    namedMongo && dropDatabases(namedMongo),
  ]);
}
