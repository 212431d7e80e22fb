/** The interface to the accounts store for the rotation of encryption keys: it remembers keys, and replaces encrypted values. */
import type { Enrolment } from '../domain/enrolment/enrolment.ts';
import type { DurableProviderStore, EnrolmentStore, ProviderRow } from './stores.ts';

/** An encryption key that the accounts store knows: its id, and the key of digests under it. */
export interface KeyRecord {
  readonly id: string;
  /** The key of digests, encrypted under this key. A key that decrypts it is the right one. */
  readonly digestKey: string;
  /** Milliseconds since the epoch: when it was first listed. */
  readonly addedAt: number;
  /** When it was first used to encrypt. Null when it never was. */
  readonly usedAt: number | null;
}

export interface KeyStore {
  /** Oldest first. */
  list(): Promise<KeyRecord[]>;
  /** False when this id is known already; nothing is overwritten. */
  insert(record: KeyRecord): Promise<boolean>;
  /** Stores the time of its first use. Later calls change nothing. */
  markUsed(id: string, atMs: number): Promise<void>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

/** A stored secret and its encryption purpose. */
export type EncryptedEnrolment = Pick<Enrolment, 'id' | 'accountId' | 'tenantId' | 'method'> & {
  readonly secret: string;
};

/**
 * The store gives a page at a time, in the order of ids, from the one after the id given (null: the first).
 * A page shorter than its limit is the last.
 */
export interface ReencryptableEnrolments extends EnrolmentStore {
  pageOfSecrets(after: string | null, limit: number): Promise<EncryptedEnrolment[]>;
  /** Replaces the secret only while it still is `previous`. */
  replaceSecret(id: string, previous: string, next: string): Promise<boolean>;
}

/** As `ResealableEnrolments` has it. */
export interface ReencryptableProviderStore extends DurableProviderStore {
  /** Rows of one model that are alive at `now`. */
  page(model: string, after: string | null, limit: number, now: number): Promise<ProviderRow[]>;
  /** Replaces the payload only while it still is `previous.payload`; grant, uid, expiry and consumption stay. */
  replacePayload(model: string, previous: ProviderRow, next: ProviderRow['payload']): Promise<boolean>;
}
