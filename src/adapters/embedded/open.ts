/** The embedded stores: two files in the data directory, each of which can be used without the other. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { AdministrationStore } from '../../ports/administration/administration-store.ts';
import type { AuditSealStore } from '../../ports/administration/audit-seals.ts';
import type { CampaignStore } from '../../ports/administration/campaign-store.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import type { ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { TenantSettingsStore } from '../../ports/administration/tenant-settings.ts';
import type { KeyStore, ReencryptableEnrolments, ReencryptableProviderStore } from '../../ports/keys.ts';
import type { QueueStore } from '../../ports/queue.ts';
import type { RestorationStore } from '../../ports/restoration.ts';
import type {
  AccountStore,
  AttemptStore,
  AuditStore,
  LockoutStore,
  OnceStore,
  OutboxStore,
  RateStore,
  SessionClientStore,
  ShortLivedProviderStore,
  SignInRecordStore,
  TransactionStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { StoreClock } from '../../ports/system.ts';
import type { StorePressure } from '../../ports/telemetry/metrics.ts';
import { createAccountStore } from './account-store.ts';
import { createAdministrationStore } from './administration/administration-store.ts';
import { createCampaignStore } from './administration/campaign-store.ts';
import { createPeopleStore } from './administration/people-store.ts';
import { createSpelling } from './administration/spelling.ts';
import { createTenantSettingsStore } from './administration/tenant-settings-store.ts';
import { createAttemptStore } from './attempt-store.ts';
import { createAuditSealStore } from './audit/audit-seal-store.ts';
import { createAuditStore } from './audit/audit-store.ts';
import { expectSettled, identityOf, type StoreFiles } from './backup/replacement.ts';
import { createRestorationStore } from './backup/restoration-store.ts';
import { createEnrolmentStore } from './enrolment-store.ts';
import { createKeyStore } from './key-store.ts';
import { createLockoutStore } from './lockout-store.ts';
import { createOnceStore } from './once-store.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createProviderStore } from './provider-store.ts';
import { createQueueStore } from './queue-store.ts';
import { createRateStore } from './rate-store.ts';
import { createResetRequestStore } from './requests/reset-request-store.ts';
import { createSessionClientStore, createSignInRecordStore } from './sign-in-record-store.ts';
import { openDatabase } from './sqlite/database.ts';
import { readEqualEmails } from './sqlite/equal-emails.ts';
import { ACCOUNTS_MIGRATIONS, SHORT_LIVED_MIGRATIONS } from './sqlite/schema.ts';
import { ACCOUNTS_RULES, createSweep, SHORT_LIVED_RULES, type Sweep } from './sweeper.ts';
import { createTransactionStore } from './transaction-store.ts';
import { createTrustedBrowserStore } from './trusted-browser-store.ts';

interface Upkeep {
  readonly sweep: Sweep;
  /** Rejects with `StoreUnavailable` when a store can't be read or written now. */
  readonly ping: () => Promise<void>;
  /** None: a file has no clock of its own. */
  readonly clocks: readonly StoreClock[];
  readonly close: () => void;
}

export interface EmbeddedAccounts extends Upkeep {
  /** None: a file has no connections. */
  readonly pressures: readonly StorePressure[];
  readonly warnings: readonly string[];
  readonly accounts: AccountStore;
  readonly enrolments: ReencryptableEnrolments;
  readonly onceKeys: OnceStore;
  readonly lockouts: LockoutStore;
  readonly records: SignInRecordStore;
  readonly sessionClients: SessionClientStore;
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly resetRequests: ResetRequestStore;
  readonly audit: AuditStore;
  readonly auditSeals: AuditSealStore;
  /** The provider's models that must survive: Grant, RefreshToken. */
  readonly providerDurable: ReencryptableProviderStore;
  readonly keys: KeyStore;
  readonly mailOutbox: QueueStore;
  /** Notices of ended sessions, for applications. */
  readonly logoutOutbox: QueueStore;
  readonly restoration: RestorationStore;
  readonly administration: AdministrationStore;
  readonly people: PeopleStore;
  readonly tenantSettings: TenantSettingsStore;
  readonly campaigns: CampaignStore;
}

export interface EmbeddedShortLived extends Upkeep {
  readonly transactions: TransactionStore;
  readonly attempts: AttemptStore;
  readonly rates: RateStore;
  readonly outbox: OutboxStore;
  /** All other models of the provider. */
  readonly providerShortLived: ShortLivedProviderStore;
}

export interface EmbeddedOptions {
  /** Made with mode 0700 when absent. */
  readonly dataDir: string;
}

const ACCOUNTS_FILE = 'accounts.sqlite';

export function filesOfStore({ dataDir }: EmbeddedOptions): StoreFiles {
  return { accounts: join(dataDir, ACCOUNTS_FILE), shortLived: join(dataDir, 'short-lived.sqlite') };
}

/** False when nobody has made it yet. A file that cannot be looked at is for who opens it to tell. */
export function hasEmbeddedAccounts({ dataDir }: EmbeddedOptions): boolean {
  try {
    return statSync(join(dataDir, ACCOUNTS_FILE), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

export function openEmbeddedAccounts({ dataDir }: EmbeddedOptions): EmbeddedAccounts {
  const { accounts: path } = filesOfStore({ dataDir });
  const before = identityOf(path);
  const database = openDatabase({ path, durability: 'full', migrations: ACCOUNTS_MIGRATIONS });
  let warnings: readonly string[];
  try {
    expectSettled(path, before);
    warnings = readEqualEmails(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const sweepRows = createSweep(database, ACCOUNTS_RULES);
  const spellNames = createSpelling(database);
  return {
    accounts: createAccountStore(database),
    enrolments: createEnrolmentStore(database),
    onceKeys: createOnceStore(database),
    lockouts: createLockoutStore(database),
    records: createSignInRecordStore(database),
    sessionClients: createSessionClientStore(database),
    trustedBrowsers: createTrustedBrowserStore(database),
    resetRequests: createResetRequestStore(database),
    audit: createAuditStore(database),
    auditSeals: createAuditSealStore(database),
    providerDurable: createProviderStore(database),
    keys: createKeyStore(database),
    mailOutbox: createQueueStore(database, 'mail_outbox'),
    logoutOutbox: createQueueStore(database, 'logout_outbox'),
    restoration: createRestorationStore(database),
    administration: createAdministrationStore(database),
    people: createPeopleStore(database),
    tenantSettings: createTenantSettingsStore(database),
    campaigns: createCampaignStore(database),
    async sweep(now, auditRetentionMs) {
      const swept = await sweepRows(now, auditRetentionMs);
      await spellNames();
      return swept;
    },
    ping: database.ping,
    clocks: [],
    pressures: [],
    warnings,
    close: database.close,
  };
}

export function openEmbeddedShortLived({ dataDir }: EmbeddedOptions): EmbeddedShortLived {
  const { shortLived: path } = filesOfStore({ dataDir });
  const database = openDatabase({ path, durability: 'normal', migrations: SHORT_LIVED_MIGRATIONS });
  return {
    transactions: createTransactionStore(database),
    attempts: createAttemptStore(database),
    rates: createRateStore(database),
    outbox: createOutboxStore(database),
    providerShortLived: createProviderStore(database),
    sweep: createSweep(database, SHORT_LIVED_RULES),
    ping: database.ping,
    clocks: [],
    close: database.close,
  };
}

export type EmbeddedStores = EmbeddedAccounts & EmbeddedShortLived;

/** Opens both files. Throws `StoreUnavailable`, or an Error naming the file that a newer release has written. */
export function openEmbedded(options: EmbeddedOptions): EmbeddedStores {
  const durable = openEmbeddedAccounts(options);
  try {
    const shortLived = openEmbeddedShortLived(options);
    return {
      ...durable,
      ...shortLived,
      sweep: async (now, auditRetentionMs) =>
        (await durable.sweep(now, auditRetentionMs)) + (await shortLived.sweep(now, auditRetentionMs)),
      ping: async () => {
        await durable.ping();
        await shortLived.ping();
      },
      close: () => {
        durable.close();
        shortLived.close();
      },
    };
  } catch (error) {
    durable.close();
    throw error;
  }
}
