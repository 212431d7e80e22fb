/** Opens the parts of a process: the stores, the senders, the log and the metrics. */
import { availableParallelism } from 'node:os';
import {
  type EmbeddedStores,
  hasEmbeddedAccounts,
  openEmbeddedAccounts,
  openEmbeddedShortLived,
} from '../adapters/embedded/open.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createLogger } from '../adapters/system/log/logger.ts';
import { standardOutput } from '../adapters/system/log/output.ts';
import { createMetrics } from '../adapters/system/metrics/metrics.ts';
import { timedStores } from '../adapters/system/metrics/timed-stores.ts';
import { createPasswordHasher } from '../adapters/system/password-hasher.ts';
import { createPasswordAdvisor } from '../adapters/system/passwords/advisor.ts';
import { createPasswordBlockList } from '../adapters/system/passwords/block-list.ts';
import { createBreachedFile } from '../adapters/system/passwords/breached-file.ts';
import { createCommonPasswords } from '../adapters/system/passwords/common-passwords.ts';
import { systemRandom } from '../adapters/system/random.ts';
import { systemRequests } from '../adapters/system/requests.ts';
import { completeSecrets, hasKeptSecrets } from '../adapters/system/secrets/secrets-file.ts';
import { openTracing, type TracingEnvironment } from '../adapters/system/tracing/open-tracing.ts';
import type { Config, Secrets, SeedAccount } from '../config/shape.ts';
import { normalisePassword } from '../domain/account.ts';
import type { PasswordFault } from '../domain/password/fault.ts';
import { type AccountSeeding, createAccountSeeding } from '../jobs/account-seeding.ts';
import { createAuditSealing } from '../jobs/audit-sealing.ts';
import { type CampaignRuns, createCampaignRuns, createCampaignsJob } from '../jobs/campaigns.ts';
import { type ClockWatch, createClockWatch } from '../jobs/clock-watch.ts';
import { createQueueDelivery } from '../jobs/queue-delivery.ts';
import { createResetEffectsJob, createResetRuns, type ResetRuns } from '../jobs/reset-effects.ts';
import { type StopJobs, startJobs } from '../jobs/runner.ts';
import { createSweeping } from '../jobs/sweeping.ts';
import { createTenantRefresh, createTenantRefreshJob, type TenantRefresh } from '../jobs/tenant-refresh.ts';
import type { Log, Logger } from '../ports/log.ts';
import type { Cipher, Clock, PasswordHasher, Random } from '../ports/system.ts';
import type { Metrics } from '../ports/telemetry/metrics.ts';
import type { Tracing } from '../ports/telemetry/tracing.ts';
import { createPasswords, type Passwords } from '../use-cases/account/passwords/passwords.ts';
import { createSeeding } from '../use-cases/administration/seeding.ts';
import { createLogouts, type Logouts } from './logouts.ts';
import { auditSealsOf } from './operator/audit-seals.ts';
import { createSenders, type Senders } from './senders.ts';

export type Stores = Omit<EmbeddedStores, 'close'> & { readonly close: () => void | Promise<void> };

/** The parts that a process opens once. A reload keeps them. */
export interface Parts {
  readonly stores: Stores;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly senders: Senders;
  readonly logouts: Logouts;
  readonly resets: ResetRuns;
  readonly campaigns: CampaignRuns;
  readonly tenants: TenantRefresh;
  readonly metrics: Metrics;
  /** Null: no collector of traces is configured. */
  readonly tracing: Tracing | null;
  readonly clockWatch: ClockWatch;
  readonly seeding: AccountSeeding;
}

/** The longest queue of hashes. One hash takes 25 ms, so a person waits five seconds at most. */
const HASHES_IN_LINE = 200;

/** Rejects with one line when a store can't be opened. */
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
type Upkeep = Pick<Stores, 'sweep' | 'ping' | 'clocks' | 'close'>;

/** A driver is loaded only for a configuration that names it. */
async function openAccounts({ accounts: { driver, uri }, dataDir }: Storage) {
  if (driver === 'embedded') return openEmbeddedAccounts({ dataDir });
  const { openMongoAccounts } = await import('../adapters/mongo/open.ts');
  return openMongoAccounts({ uri: uri ?? '', request: systemRequests.current });
}

async function openShortLived({ shortLived, dataDir }: Storage) {
  if (shortLived.driver === 'embedded') return openEmbeddedShortLived({ dataDir });
  const { openRedisShortLived } = await import('../adapters/redis/open.ts');
  const { uri, sentinel, cluster } = shortLived;
  return openRedisShortLived({ uri, sentinel, cluster, clock: systemClock });
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
    clocks: both.flatMap(({ clocks }) => clocks),
    async close() {
      await Promise.all(both.map((each) => each.close()));
    },
  };
}

/**
 * Throws one line when the embedded store does not exist yet. A new one, created in a wrong folder, would have no
 * accounts.
 */
export function expectStore({ storage: { accounts, dataDir } }: Config): void {
  if (accounts.driver !== 'embedded' || hasEmbeddedAccounts({ dataDir })) return;
  throw new Error(
    `there is no store in ${dataDir}: name the server's own configuration with DOUBLELOCK_CONFIG, or start it once`,
  );
}

export function openHasher(): PasswordHasher {
  return createPasswordHasher({ concurrency: availableParallelism(), queueLimit: HASHES_IN_LINE });
}

/** Loaded once, whatever the number of reloads. */
const common = createCommonPasswords();
const advisor = createPasswordAdvisor();

export function passwordsOf(
  { passwords, tenants }: Pick<Config, 'passwords' | 'tenants'>,
  hasher: Pick<PasswordHasher, 'hash'>,
): Passwords {
  const { breachedFile } = passwords;
  const breached = breachedFile === null ? null : createBreachedFile(breachedFile);
  const blockList = createPasswordBlockList({ common, breached });
  return createPasswords({ blockList, advisor, hasher, tenants });
}

/** The words of a fault, for an operator. */
const FAULT_WORDS: Readonly<Record<PasswordFault['because'], string>> = {
  too_short: 'is too short',
  too_long: 'is too long',
  common: 'is a common one',
  breached: 'is in the file of breached passwords',
  about_you: 'is made of the name of its person, its workspace or the product',
};

/**
 * One warning for each password of the file that its owner could not choose. The operator decides about these passwords, so
 * they are no faults.
 */
export async function passwordWarnings(config: Config): Promise<readonly string[]> {
  const { findFault } = passwordsOf(config, { hash: async () => '' });
  const warnings: string[] = [];
  for (const account of config.accounts) {
    const fault = account.password && (await findFault(account, normalisePassword(account.password)));
    if (fault) warnings.push(`the password of the account ${account.email} ${FAULT_WORDS[fault.because]}`);
  }
  return warnings;
}

/** `env` names the collector of traces, if there is one. */
export async function openParts(config: Config, env: TracingEnvironment = {}): Promise<Parts> {
  const log = standardOutput();
  const metrics = createMetrics(() => log.dropped);
  const logger = createLogger({ level: config.logLevel, destination: log });
  const tracing = await openTracing(env, logger.warn);
  const stores = timedStores(await openStores(config), metrics, () => performance.now(), tracing);
  for (const each of stores.pressures) metrics.pressure(each);
  const hasher = openHasher();
  const clock = systemClock;
  const random = systemRandom;
  const senders = createSenders({
    stores,
    clock,
    random,
    logger: { warn: countUndelivered(metrics, logger.warn) },
  });
  const clockWatch = createClockWatch({
    clocks: stores.clocks,
    clock,
    note: metrics.clockAhead,
    log: logger.warn,
  });
  const logouts = createLogouts({ stores, clock, logger, metrics });
  const seeding = createAccountSeeding({
    // One processor is left for requests.
    atOnce: Math.max(1, availableParallelism() - 1),
    beginsAt: () => Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32,
    log: logger,
  });
  const resets = createResetRuns();
  const tenants = createTenantRefresh();
  const campaigns = createCampaignRuns();
  return {
    stores,
    hasher,
    clock,
    random,
    logger,
    senders,
    logouts,
    resets,
    campaigns,
    tenants,
    metrics,
    tracing,
    clockWatch,
    seeding,
  };
}

/** Counts the messages that are logged as undelivered. A mail is given up long after the request that sent it. */
function countUndelivered(metrics: Metrics, log: Log): Log {
  return (fields) => {
    log(fields);
    if (fields.event === 'mail.undelivered') metrics.undelivered('email');
    if (fields.event === 'sms.undelivered') metrics.undelivered('sms');
  };
}

/** The secrets of the configuration. In development missing secrets are created and kept in the data directory. */
export function secretsOf({ environment, secrets, storage }: Config): Secrets {
  return environment === 'development' ? completeSecrets(secrets, storage.dataDir, systemRandom) : secrets;
}

/** The same, for stored values that no new key could read. Throws one line when the keys are missing. */
export function presentSecretsOf(config: Config): Secrets {
  const { secrets, storage } = config;
  if (secrets.encryption.length === 0 && !hasKeptSecrets(storage.dataDir))
    throw new Error(
      `there are no encryption keys in ${storage.dataDir}: put back secrets.json, which is kept apart from backups`,
    );
  return secretsOf(config);
}

type Seeded = Pick<Parts, 'hasher' | 'clock' | 'random'> & {
  readonly stores: Pick<Stores, 'accounts' | 'enrolments'>;
};

/** Creates the configured accounts that do not exist yet, all of them at once. */
export async function seedAccounts(
  config: { readonly accounts: readonly SeedAccount[] },
  { stores, hasher, clock, random }: Seeded,
  cipher: Cipher,
): Promise<void> {
  const { accounts, enrolments } = stores;
  const { seed } = createSeeding({ accounts, enrolments, hasher, cipher, clock, random });
  const left = config.accounts.values();
  // As many at a time as are hashed at a time, so that a list of any length fits into the queue of the hasher.
  const sides = Array.from({ length: availableParallelism() }, async () => {
    for (const account of left) await seed(account);
  });
  await Promise.all(sides);
}

/** Deletes expired rows from the stores, and sends what other processes have left in them. The result stops it. */
export function startUpkeep(config: Config, parts: Parts): StopJobs {
  const { stores, senders, logouts, resets, campaigns, tenants, clock, logger, clockWatch } = parts;
  const { sweep } = stores;
  const { retentionDays: auditRetentionDays } = config.audit;
  const onFailure = (error: unknown) => logger.warn({ event: 'store.sweep_failed', error });
  return startJobs([
    createSweeping({ sweep, auditRetentionDays, clock, onFailure }),
    createQueueDelivery({ queue: 'mail', deliverDue: senders.deliverDue, log: logger.warn }),
    createQueueDelivery({ queue: 'logout', deliverDue: logouts.deliverDue, log: logger.warn }),
    createResetEffectsJob({
      resets,
      onFailure: (error) => logger.warn({ event: 'reset.job_failed', error }),
    }),
    createCampaignsJob({
      campaigns,
      onFailure: (error) => logger.warn({ event: 'campaigns.job_failed', error }),
    }),
    createTenantRefreshJob({
      tenants,
      onFailure: (error) => logger.warn({ event: 'settings.refresh_failed', error }),
    }),
    createAuditSealing({
      sealing: auditSealsOf(config, parts),
      onFailure: (error) => logger.warn({ event: 'audit.sealing_failed', error }),
    }),
    clockWatch.job,
  ]);
}
