/** A server of the bench as a process of its own: `serve.ts doublelock|bare argon2id|none CONFIG`. */
import { readdirSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../src/adapters/system/clock.ts';
import { createPasswordHasher } from '../src/adapters/system/password-hasher.ts';
import { cipherOf } from '../src/compose/keys.ts';
import { openParts, openStores, type Stores, secretsOf } from '../src/compose/parts.ts';
import { createSenders } from '../src/compose/senders.ts';
import type { Config } from '../src/config/shape.ts';
import { type RequestHandler, startServer } from '../src/http/server/lifecycle.ts';
import type { PasswordHasher } from '../src/ports/system.ts';
import { createServer } from '../src/server.ts';
import { createBare } from './bare.ts';
import { withoutHash } from './hasher.ts';
import { readConfig } from './settings.ts';

export type Product = 'doublelock' | 'bare';
export type Hash = 'argon2id' | 'none';

/** As many as in the product. */
const HASHES_IN_LINE = 200;

export interface Changed {
  readonly hasher?: PasswordHasher;
  /** Wraps the stores before anything uses them. */
  readonly watch?: <S extends Stores>(stores: S) => S;
}

/** The request handler, and the function that closes its stores. */
export interface Created {
  readonly handler: RequestHandler;
  readonly close: Stores['close'];
}

/** The product as it is, but for what is changed. */
async function createDoublelock(config: Config, { hasher, watch = same }: Changed): Promise<Created> {
  const opened = await openParts(config);
  const stores = watch(opened.stores);
  const parts = {
    ...opened,
    stores,
    senders: createSenders({ ...opened, stores }),
    hasher: hasher ?? opened.hasher,
  };
  const handler = await createServer(parts, async () => ({ ready: true }))(config);
  return { handler, close: opened.stores.close };
}

/** The bare one, which pays for no stopwatch around its stores. */
async function createComparison(config: Config, { hasher, watch = same }: Changed): Promise<Created> {
  const secrets = secretsOf(config);
  const stores = await openStores(config);
  const handler = createBare({
    config,
    secrets,
    stores: watch(stores),
    hasher:
      hasher ?? createPasswordHasher({ concurrency: availableParallelism(), queueLimit: HASHES_IN_LINE }),
    cipher: await cipherOf(secrets, { stores, clock: systemClock }),
    clock: systemClock,
  });
  return { handler, close: stores.close };
}

function same<T>(one: T): T {
  return one;
}

export const CREATE = { doublelock: createDoublelock, bare: createComparison } as const;

async function serve(product: Product, hash: Hash, file: string): Promise<void> {
  const config = readConfig(file);
  const { handler } = await CREATE[product](config, hash === 'none' ? { hasher: withoutHash } : {});
  await startServer({ handler, ...config.listen, log: () => {} });
  const orders = createOrders();
  process.on('message', async (order: Order) => process.send?.((await orders[order]()) ?? null));
}

/** The requests of the measuring process. */
export type Order = 'at rest' | 'start profile' | 'end profile';

/** Microseconds between two samples: a sign-in takes thousands. */
const SAMPLED_EVERY_US = 200;

function createOrders(): Readonly<Record<Order, () => Promise<unknown>>> {
  const session = new Session();
  return {
    'at rest': measureAtRest,
    async 'start profile'() {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_US });
      await session.post('Profiler.start');
    },
    'end profile': async () => (await session.post('Profiler.stop')).profile,
  };
}

/** The size of this process after its garbage was collected. */
export interface AtRest {
  readonly residentMiB: number;
  readonly heapMiB: number;
  readonly handles: number;
  readonly descriptors: number;
}

const MIB = 2 ** 20;
/** A later collection frees the objects that an earlier one finalised. */
const COLLECTIONS = 5;
/** In milliseconds: timers of requests that were just answered end meanwhile. */
const REST_MS = 200;

async function measureAtRest(): Promise<AtRest> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let each = 0; each < COLLECTIONS; each += 1) {
    await pause(REST_MS);
    collect();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    residentMiB: rss / MIB,
    heapMiB: (heapUsed + external) / MIB,
    handles: process.getActiveResourcesInfo().length,
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

if (import.meta.main) {
  const [product, hash, file = ''] = process.argv.slice(2);
  await serve(product as Product, hash as Hash, file);
}
