/** Prepares a backup for its use: in a folder of its own, by the present keys, with everything void that was issued. */
import { mkdirSync } from 'node:fs';
import { unpackBackup } from '../../adapters/embedded/backup/backup-file.ts';
import { sync } from '../../adapters/embedded/backup/disk.ts';
import { filesOfStore, openEmbeddedAccounts } from '../../adapters/embedded/open.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemRandom } from '../../adapters/system/random.ts';
import type { Config } from '../../config/shape.ts';
import { type AuditLine, type LostChange, lostChangesOf } from '../../domain/audit/lost-changes.ts';
import { createMethods } from '../../domain/methods/index.ts';
import type { Cipher } from '../../ports/system.ts';
import { createRestoration } from '../../use-cases/administration/restoration.ts';
import { createEventLog } from '../../use-cases/events/event-log.ts';
import { countFactors } from '../../use-cases/keys/readable-factors.ts';
import { cipherOf } from '../keys.ts';
import { openHasher, presentSecretsOf, type Stores, seedAccounts } from '../parts.ts';

type RestoredStores = Pick<
  Stores,
  'accounts' | 'enrolments' | 'restoration' | 'audit' | 'keys' | 'providerDurable'
>;

/** Runs one part of the work. A drill measures it. */
export type RunStep = <T>(name: string, work: () => T | Promise<T>) => Promise<T>;

export interface Preparation {
  readonly file: string;
  /** Made for it. */
  readonly folder: string;
  /** The audit trail after the backup; null: unknown. */
  readonly lines: readonly AuditLine[] | null;
  /** The moment of the backup. */
  readonly madeAt: number;
  readonly runStep: RunStep;
}

export interface Prepared {
  /** The database, ready to take the place of the store. */
  readonly path: string;
  readonly factors: number;
  /** Factors that the present keys cannot read. */
  readonly unreadable: number;
  readonly lost: readonly LostChange[] | null;
}

/** Throws one line, with nothing but the folder changed, when the backup cannot be used. */
export async function prepare(config: Config, preparation: Preparation): Promise<Prepared> {
  const { file, folder, lines, madeAt, runStep } = preparation;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { accounts: path } = filesOfStore({ dataDir: folder });
  await runStep('check the file', () => unpackBackup(file, path));
  const stores = await runStep('bring its schema up to date', () =>
    openEmbeddedAccounts({ dataDir: folder }),
  );
  try {
    const cipher = await runStep('open it with the present keys', () => openWith(config, stores));
    const counted = await runStep('read every factor', () =>
      countFactors({ enrolments: stores.enrolments, cipher }),
    );
    await runStep('end what was issued', () => endIssued(config, stores, cipher));
    const lost = lines && (await withEmails(lostChangesOf(lines, madeAt), stores));
    return { path, lost, factors: counted.factors, unreadable: counted.unreadable };
  } finally {
    stores.close();
    sync(path);
  }
}

/** Throws one line when the present keys do not open the store. */
export function openWith(config: Config, stores: RestoredStores): Promise<Cipher> {
  return cipherOf(presentSecretsOf(config), { stores, clock: systemClock });
}

/** Accounts of the configuration are created first, so that their factors are among those whose codes become void. */
export async function endIssued(config: Config, stores: RestoredStores, cipher: Cipher): Promise<void> {
  const [clock, random] = [systemClock, systemRandom];
  const { accounts, restoration, audit } = stores;
  await seedAccounts(config, { stores, hasher: openHasher(), clock, random }, cipher);
  const { totp, email, sms } = config.secondFactor;
  const methods = createMethods({ totp, email, sms });
  const events = createEventLog({ audit, subscribers: [], clock, random, log: () => {} });
  await createRestoration({ methods, accounts, restoration, events, clock })();
}

/** A log knows accounts by their ids. */
async function withEmails(
  changes: readonly LostChange[],
  { accounts }: Pick<RestoredStores, 'accounts'>,
): Promise<LostChange[]> {
  const emails = new Map<string, string | null>();
  for (const { accountId, email } of changes) {
    if (accountId === null || email !== null || emails.has(accountId)) continue;
    emails.set(accountId, (await accounts.findById(accountId))?.email ?? null);
  }
  return changes.map((change) => ({
    ...change,
    email: change.email ?? emails.get(change.accountId ?? '') ?? null,
  }));
}
