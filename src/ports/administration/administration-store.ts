/**
 * Acts of administrators on the accounts store, beside those of a sign-in: details of many accounts in one look each. A
 * caller asks for a bounded number at a time. A result has no entry for a key that is not stored.
 */
import type { Account } from '../../domain/account.ts';
import type { Lockout } from '../../domain/sign-in/attempts.ts';

/** At most so many ids, addresses or keys in one call. */
export const MOST_AT_ONCE = 500;

export interface AdministrationStore {
  /** By e-mail address, as `normaliseEmail` spells it. */
  accountsByEmail(emails: readonly string[]): Promise<ReadonlyMap<string, Account>>;
  /** By id. */
  accountsById(ids: readonly string[]): Promise<ReadonlyMap<string, Account>>;
  /** By account, oldest first: the methods that are set up. A method of a newer release keeps its name. */
  methodsOf(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** By subject. */
  lockoutsOf(subjects: readonly string[]): Promise<ReadonlyMap<string, Lockout>>;
  /** By once-only key. */
  valuesOf(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Ends the lock of a subject, so that the next lock is a first one. Counted failures stay. */
  liftLock(subject: string): Promise<void>;
}
