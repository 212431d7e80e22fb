/** Several processes as one product: on MongoDB and Redis of their own, with the same file, behind one balancer. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Yaml } from '../../support/app.ts';
import { needs } from '../../support/needs.ts';
import { type Balancer, startBalancer } from '../../support/process/balancer.ts';
import { type MongoServer, mongoServer } from '../../support/stores/mongo-server.ts';
import { type RedisServer, startRedisServer } from '../../support/stores/redis-server.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { type Program, programs } from '../program.ts';

export interface Instances {
  readonly balancer: Balancer;
  readonly mongo: MongoServer;
  readonly redis: RedisServer;
  /** The configuration of each instance, over the standard one; `change` wins. */
  config(change: Yaml): Yaml;
  /** One more process, in a folder of its own; the balancer does not know it yet. */
  start(change: Yaml, env?: Readonly<Record<string, string>>): Promise<Program>;
  /** A browser whose requests go anywhere, or all to one of them. */
  visitor(program?: Program): Visitor;
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

/** Called in a `describe`: servers, balancer and processes last until it is over. `seed` is of the balancer's choices. */
export function instances(seed: number): () => Instances {
  const { start } = programs(after);
  const { 'redis-server': program } = needs('redis-server');
  const mongo = mongoServer();
  const secrets = makeSecrets();
  let redis: RedisServer;
  let balancer: Balancer;

  before(async () => {
    [redis, balancer] = await Promise.all([startRedisServer({ program }), startBalancer(seed)]);
  });
  after(async () => {
    balancer?.close();
    await redis?.kill();
  });

  const config = (change: Yaml): Yaml => ({
    issuer: balancer.origin,
    listen: { trusted_proxies: 1 },
    secrets,
    ...change,
  });

  return () => ({
    balancer,
    redis,
    mongo: mongo(),
    config,
    start: (change, env = {}) =>
      start({ config: config(change), env: { MONGODB_URI: mongo().uri, REDIS_URL: redis.url, ...env } }),
    visitor: (to) =>
      createVisitor(balancer.origin, {
        stopAt: 'http://rp.test',
        ...(to ? { via: to.origin } : {}),
      }),
  });
}
