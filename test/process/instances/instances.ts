/** Several processes as one product: on MongoDB and Redis, with the same file, behind one balancer. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Yaml } from '../../support/app.ts';
import { needs } from '../../support/needs.ts';
import { type Balancer, startBalancer } from '../../support/process/balancer.ts';
import { lastingMongoDatabase } from '../../support/stores/mongo.ts';
import { type MongoServer, mongoServer } from '../../support/stores/mongo-server.ts';
import { redisDatabase } from '../../support/stores/redis.ts';
import { type RedisServer, startRedisServer } from '../../support/stores/redis-server.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { type Program, programs } from '../program.ts';

export interface Instances {
  readonly balancer: Balancer;
  /** The configuration of each instance, over the standard one; `change` wins. */
  config(change: Yaml): Yaml;
  /** One more process, in a folder of its own; the balancer does not know it yet. */
  start(change: Yaml, env?: Readonly<Record<string, string>>): Promise<Program>;
  /** A browser whose requests go anywhere, or all to one of them. */
  visitor(program?: Program): Visitor;
}

export interface InstancesOnOwnServers extends Instances {
  readonly mongo: MongoServer;
  readonly redis: RedisServer;
}

interface StoreUris {
  readonly MONGODB_URI: string;
  readonly REDIS_URL: string;
}

/** The keys that the instances have in common: none of them makes its own. */
function makeSecrets(): Yaml {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    encryption: [{ id: '1', key: randomBytes(32).toString('hex') }],
    cookies: [randomBytes(32).toString('hex')],
    signing: [{ ...privateKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256' }],
  };
}

/**
 * Called in a `describe`: balancer and processes last until it is over. `seed` is of the balancer's choices. They are on
 * the servers that the environment names, else on servers of their own.
 */
export function instances(seed: number): () => Instances {
  const group = processes(seed, () => ({ MONGODB_URI: mongo().uri, REDIS_URL: redis() }));
  const mongo = lastingMongoDatabase();
  const redis = redisDatabase();
  return group;
}

/** Likewise, on servers that the suite may kill, freeze and fill. */
export function instancesOnOwnServers(seed: number): () => InstancesOnOwnServers {
  const group = processes(seed, () => ({ MONGODB_URI: mongo().uri, REDIS_URL: redis.url }));
  const { 'redis-server': program } = needs('redis-server');
  const mongo = mongoServer();
  let redis: RedisServer;
  before(async () => {
    redis = await startRedisServer({ program });
  });
  after(() => redis?.kill());
  return () => ({ ...group(), mongo: mongo(), redis });
}

/** Its hooks stand before those of the stores: processes end before the servers do. */
function processes(seed: number, uris: () => StoreUris): () => Instances {
  const { start } = programs(after);
  const secrets = makeSecrets();
  let balancer: Balancer;

  before(async () => {
    balancer = await startBalancer(seed);
  });
  after(() => balancer?.close());

  const config = (change: Yaml): Yaml => ({
    issuer: balancer.origin,
    listen: { trusted_proxies: 1 },
    secrets,
    ...change,
  });

  return () => ({
    balancer,
    config,
    start: (change, env = {}) => start({ config: config(change), env: { ...uris(), ...env } }),
    visitor: (to) =>
      createVisitor(balancer.origin, {
        stopAt: 'http://rp.test',
        ...(to ? { via: to.origin } : {}),
      }),
  });
}
