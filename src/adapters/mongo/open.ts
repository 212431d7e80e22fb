/** Opens the durable stores in MongoDB. */
import type { AdministrationStore } from '../../ports/administration/administration-store.ts';
import type { AuditSealStore } from '../../ports/administration/audit-seals.ts';
import type { CampaignStore } from '../../ports/administration/campaign-store.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import type { ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { TenantSettingsStore } from '../../ports/administration/tenant-settings.ts';
import type { KeyStore, ReencryptableEnrolments, ReencryptableProviderStore } from '../../ports/keys.ts';
import type { OneRequest } from '../../ports/one-request.ts';
import type { QueueStore } from '../../ports/queue.ts';
import type { RestorationStore } from '../../ports/restoration.ts';
import type {
  AccountStore,
  AuditStore,
  LockoutStore,
  OnceStore,
  SessionClientStore,
  SignInRecordStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { StoreClock } from '../../ports/system.ts';
import type { StorePressure } from '../../ports/telemetry/metrics.ts';
import { createAccountStore } from './account-store.ts';
import { createAccountSummaries } from './administration/account-summaries.ts';
import { createAdministrationStore } from './administration/administration-store.ts';
import { createCampaignStore } from './administration/campaign-store.ts';
import { createPeopleStore } from './administration/people-store.ts';
import { createTenantSettingsStore } from './administration/tenant-settings-store.ts';
import { createAuditSealStore } from './audit/audit-seal-store.ts';
import { createAuditStore } from './audit/audit-store.ts';
import { createRestorationStore } from './backup/restoration-store.ts';
import { type Connection, connect } from './connection.ts';
import { createEnrolmentStore } from './enrolment-store.ts';
import { asStoreFault } from './faults.ts';
import { createKeyStore } from './key-store.ts';
import { createLockoutStore } from './lockout-store.ts';
import { createOnceStore } from './once-store.ts';
import { createProviderStore } from './provider-store.ts';
import { createQueueStore } from './queue-store.ts';
import { createResetRequestStore } from './requests/reset-request-store.ts';
import { createModels, type Models } from './schema/collections.ts';
import { respellEmails } from './schema/email-spelling.ts';
import { makeIndexes } from './schema/indexes.ts';
import { examine } from './server/server-check.ts';
import { createSessionClientStore, createSignInRecordStore } from './sign-in-record-store.ts';
import { createSweep, type Sweep } from './sweeper.ts';
import { createTrustedBrowserStore } from './trusted-browser-store.ts';
import { createLine } from './writes/line.ts';

export interface MongoAccounts {
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
  readonly sweep: Sweep;
  /** Rejects with `StoreUnavailable` when no server that takes writes answers. */
  readonly ping: () => Promise<void>;
  readonly clocks: readonly StoreClock[];
  readonly pressures: readonly StorePressure[];
  /** Lines about a server that can be used, and is less than it should be. */
  readonly warnings: readonly string[];
  readonly close: () => Promise<void>;
}

export interface MongoOptions {
  /** `mongodb://` or `mongodb+srv://`; where it names no database, that is `doublelock`. */
  readonly uri: string;
  /** The request whose work calls. Default: none, so that each act may wait and be refused. */
  readonly request?: () => OneRequest | null;
}

/** Gives lines for the operator. Closes the connection when the server is not fit. */
async function prepare(connection: Connection, models: Models): Promise<readonly string[]> {
  try {
    await makeIndexes(models);
    const warnings = await examine(connection.driver, models);
    return [...warnings, ...(await respellEmails(models))];
  } catch (error) {
    await connection.close();
    throw asStoreFault(error);
  }
}

/**
 * Connects, makes the indexes that are missing, tries a write, and respells e-mail addresses of older releases. Rejects
 * with `StoreUnavailable` when the server is away or takes no writes now. Rejects with a plain Error, without the URI,
 * when an operator has to act first.
 */
export async function openMongoAccounts({ uri, request = () => null }: MongoOptions): Promise<MongoAccounts> {
  const connection = await connect(uri, request);
  const models = createModels(connection.driver);
  const warnings = await prepare(connection, models);
  const inLine = createLine();
  const summaries = createAccountSummaries(connection, models, inLine);
  return {
    accounts: createAccountStore(connection, models, { inLine, summaries }),
    enrolments: createEnrolmentStore(connection, models, summaries),
    onceKeys: createOnceStore(connection, models),
    lockouts: createLockoutStore(connection, models),
    records: createSignInRecordStore(connection, models),
    sessionClients: createSessionClientStore(connection, models),
    trustedBrowsers: createTrustedBrowserStore(connection, models),
    resetRequests: createResetRequestStore(connection, models),
    audit: createAuditStore(connection, models),
    auditSeals: createAuditSealStore(connection, models),
    providerDurable: createProviderStore(connection, models),
    keys: createKeyStore(connection, models),
    mailOutbox: createQueueStore(connection, models.mailOutbox),
    logoutOutbox: createQueueStore(connection, models.logoutOutbox),
    restoration: createRestorationStore(connection, models),
    administration: createAdministrationStore(connection, models),
    people: createPeopleStore(connection, models),
    sweep: createSweep(models, summaries),
    tenantSettings: createTenantSettingsStore(connection, models),
    campaigns: createCampaignStore(connection, models),
    ping: connection.ping,
    clocks: [{ store: 'MongoDB', now: connection.now }],
    pressures: [{ store: 'MongoDB', read: connection.pressure }],
    warnings,
    close: connection.close,
  };
}
