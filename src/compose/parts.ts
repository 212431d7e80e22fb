/** The composition root: the only file that names concrete adapters. */
import { availableParallelism } from 'node:os';
import {
  type EmbeddedStores,
  hasEmbeddedAccounts,
  openEmbeddedAccounts,
  openEmbeddedShortLived,
} from '../adapters/embedded/open.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createLogger } from '../adapters/system/log/logger.ts';
import { createMetrics } from '../adapters/system/metrics/metrics.ts';
import { timedStores } from '../adapters/system/metrics/timed-stores.ts';
import { createPasswordHasher } from '../adapters/system/password-hasher.ts';
import { systemRandom } from '../adapters/system/random.ts';
import { completeSecrets } from '../adapters/system/secrets/secrets-file.ts';
import type { Config, Secrets } from '../config/shape.ts';
import { createMailDelivery } from '../jobs/mail-delivery.ts';
import { type StopJobs, startJobs } from '../jobs/runner.ts';
import { createSweeping } from '../jobs/sweeping.ts';
import type { Log, Logger } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { AuditLog, Cipher, Clock, PasswordHasher, Random } from '../ports/system.ts';
import { createAuditLog } from '../use-cases/administration/audit-log.ts';
import { createSeeding } from '../use-cases/administration/seeding.ts';
import { createSenders, type Senders } from './senders.ts';

export type Stores = Omit<EmbeddedStores, 'close'> & { readonly close: () => void | Promise<void> };

/** What a process has once, whatever configuration it runs: reloads keep these. */
export interface Parts {
  readonly stores: Stores;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly senders: Senders;
  readonly metrics: Metrics;
}

/** Hashing waits in line beyond this many: at 25 ms each, what a person would still wait for. */
const HASHES_IN_LINE = 200;

/** Opens what the configuration names. Throws one clear line when it can't be opened. */
export async function openStores({ storage }: Pick<Config, 'storage'>): Promise<Stores> {
  const accounts = await openAccounts(storage);
  try {
    return joined(accounts, await openShortLived(storage));
  } catch (error) {
    await accounts.close();
    throw error;
  }
}

type Storage = Config['storage'];
type Upkeep = Pick<Stores, 'sweep' | 'ping' | 'close'>;

/** A driver is loaded when it is named: who runs embedded never reads a line of mongoose. */
async function openAccounts({ accounts: { driver, uri }, dataDir }: Storage) {
  if (driver === 'embedded') return openEmbeddedAccounts({ dataDir });
  const { openMongoAccounts } = await import('../adapters/mongo/open.ts');
  return openMongoAccounts({ uri: uri ?? '' });
}

async function openShortLived({ shortLived, dataDir }: Storage) {
  if (shortLived.driver === 'embedded') return openEmbeddedShortLived({ dataDir });
  const { openRedisShortLived } = await import('../adapters/redis/open.ts');
  return openRedisShortLived({ ...shortLived, clock: systemClock });
}

function joined<A extends Upkeep, B extends Upkeep>(accounts: A, shortLived: B): A & B & Upkeep {
  const both = [accounts, shortLived];
  return {
    ...accounts,
    ...shortLived,
    async sweep(now, auditRetentionMs) {
      const swept = await Promise.all(both.map((each) => each.sweep(now, auditRetentionMs)));
      return swept.reduce((sum, count) => sum + count, 0);
    },
    async ping() {
      await Promise.all(both.map((each) => each.ping()));
    },
    async close() {
      await Promise.all(both.map((each) => each.close()));
    },
  };
}

/**
 * Throws one clear line when no server has made the store yet: an empty one, made in the wrong folder, would answer that
 * nobody is there.
 */
export function expectStore({ storage: { accounts, dataDir } }: Config): void {
  if (accounts.driver !== 'embedded' || hasEmbeddedAccounts({ dataDir })) return;
  throw new Error(
    `there is no store in ${dataDir}: name the server's own configuration with DOUBLELOCK_CONFIG, or start it once`,
  );
}

export async function openParts(config: Config): Promise<Parts> {
  const metrics = createMetrics();
  const stores = timedStores(await openStores(config), metrics, () => performance.now());
  const hasher = createPasswordHasher({ concurrency: availableParallelism(), queueLimit: HASHES_IN_LINE });
  const world = {
    clock: systemClock,
    random: systemRandom,
    logger: createLogger({ level: config.logLevel }),
  };
  const senders = createSenders({
    ...world,
    stores,
    logger: { warn: undeliveredTo(metrics, world.logger.warn) },
  });
  return { ...world, stores, hasher, metrics, senders };
}

/** Mail is given up long after it was asked for: it is counted where it is told. */
function undeliveredTo(metrics: Metrics, log: Log): Log {
  return (fields) => {
    log(fields);
    if (fields.event === 'mail.undelivered') metrics.undelivered('email');
    if (fields.event === 'sms.undelivered') metrics.undelivered('sms');
  };
}

/** The secrets of the configuration, in development with what is missing made and kept in the data directory. */
export function secretsOf({ environment, secrets, storage }: Config): Secrets {
  return environment === 'development' ? completeSecrets(secrets, storage.dataDir, systemRandom) : secrets;
}

/** Audit lines go to the store, to the log and into the counters. */
export function auditLogOf(
  { stores, clock, random, metrics }: Pick<Parts, 'stores' | 'clock' | 'random' | 'metrics'>,
  log: Log,
): AuditLog {
  return createAuditLog({ audit: stores.audit, clock, random }, (event) => {
    metrics.event(event);
    log({
      event: event.event,
      account_id: event.accountId ?? undefined,
      tenant: event.tenantId ?? undefined,
      client: event.clientId ?? undefined,
      method: event.method ?? undefined,
      reason: event.reason ?? undefined,
      ip: event.ip ?? undefined,
    });
  });
}

/** Creates the accounts that the configuration names and that are not there yet. */
export async function seedAccounts(
  config: Config,
  { stores, hasher, clock, random }: Pick<Parts, 'stores' | 'hasher' | 'clock' | 'random'>,
  cipher: Cipher,
): Promise<void> {
  const { seed } = createSeeding({ ...stores, hasher, cipher, clock, random });
  const left = config.accounts.values();
  // As many as are hashed at once: a list of any length finds room in the line of the hasher.
  const sides = Array.from({ length: availableParallelism() }, async () => {
    for (const account of left) await seed(account);
  });
  await Promise.all(sides);
}

/** Deletes expired rows from the stores, and sends mail that other processes have left in them. The result stops it. */
export function startUpkeep(config: Config, { stores, senders, clock, logger }: Parts): StopJobs {
  const { sweep } = stores;
  const { retentionDays: auditRetentionDays } = config.audit;
  const onFailure = (error: unknown) => logger.warn({ event: 'store.sweep_failed', error });
  return startJobs([
    createSweeping({ sweep, auditRetentionDays, clock, onFailure }),
    createMailDelivery({ deliverDue: senders.deliverDue, log: logger.warn }),
  ]);
}
