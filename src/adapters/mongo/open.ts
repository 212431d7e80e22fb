/** Opens the durable stores in MongoDB. */
import type { KeyStore, ReencryptableEnrolments, ReencryptableProviderStore } from '../../ports/keys.ts';
import type { QueueStore } from '../../ports/queue.ts';
import type {
  AccountStore,
  AuditStore,
  LockoutStore,
  OnceStore,
  SessionClientStore,
  SignInRecordStore,
  StoreClock,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import { createAccountStore } from './account-store.ts';
import { createAuditStore } from './audit-store.ts';
import { connect } from './connection.ts';
import { createEnrolmentStore } from './enrolment-store.ts';
import { asStoreFault } from './faults.ts';
import { createKeyStore } from './key-store.ts';
import { createLockoutStore } from './lockout-store.ts';
import { createOnceStore } from './once-store.ts';
import { createProviderStore } from './provider-store.ts';
import { createQueueStore } from './queue-store.ts';
import { createModels } from './schema/collections.ts';
import { makeIndexes } from './schema/indexes.ts';
import { createSessionClientStore, createSignInRecordStore } from './sign-in-record-store.ts';
import { createSweep, type Sweep } from './sweeper.ts';
import { createTrustedBrowserStore } from './trusted-browser-store.ts';

export interface MongoAccounts {
  readonly accounts: AccountStore;
  readonly enrolments: ReencryptableEnrolments;
  readonly onceKeys: OnceStore;
  readonly lockouts: LockoutStore;
  readonly records: SignInRecordStore;
  readonly sessionClients: SessionClientStore;
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly audit: AuditStore;
  /** The provider's models that must survive: Grant, RefreshToken. */
  readonly providerDurable: ReencryptableProviderStore;
  readonly keys: KeyStore;
  readonly mailOutbox: QueueStore;
  /** Notices of ended sessions, for applications. */
  readonly logoutOutbox: QueueStore;
  readonly sweep: Sweep;
  /** Rejects with `StoreUnavailable` when no server that takes writes answers. */
  readonly ping: () => Promise<void>;
  readonly clocks: readonly StoreClock[];
  readonly close: () => Promise<void>;
}

export interface MongoOptions {
  /** `mongodb://` or `mongodb+srv://`; where it names no database, that is `doublelock`. */
  readonly uri: string;
}

/**
 * Connects and makes the indexes that are missing. Rejects with `StoreUnavailable` when the server is away, and with a
 * plain Error, without the URI, when that cannot be used.
 */
export async function openMongoAccounts({ uri }: MongoOptions): Promise<MongoAccounts> {
  const connection = await connect(uri);
  const models = createModels(connection.driver);
  try {
    await makeIndexes(models);
  } catch (error) {
    await connection.close();
    throw asStoreFault(error);
  }
  return {
    accounts: createAccountStore(connection, models),
    enrolments: createEnrolmentStore(connection, models),
    onceKeys: createOnceStore(connection, models),
    lockouts: createLockoutStore(connection, models),
    records: createSignInRecordStore(connection, models),
    sessionClients: createSessionClientStore(connection, models),
    trustedBrowsers: createTrustedBrowserStore(connection, models),
    audit: createAuditStore(connection, models),
    providerDurable: createProviderStore(connection, models),
    keys: createKeyStore(connection, models),
    mailOutbox: createQueueStore(connection, models.mailOutbox),
    logoutOutbox: createQueueStore(connection, models.logoutOutbox),
    sweep: createSweep(models),
    ping: connection.ping,
    clocks: [{ store: 'MongoDB', now: connection.now }],
    close: connection.close,
  };
}
