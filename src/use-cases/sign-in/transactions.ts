/** The transaction of a sign-in: found by its interaction, or begun from a live session for a step-up. */
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { SignInRecordStore, TransactionStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface SignInTransactionsDeps {
  readonly transactions: Pick<TransactionStore, 'find'>;
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly clock: Clock;
}

/** A step-up: the interaction that it happens in, and the live session that it adds to. */
export interface StepUp {
  /** The uid of the transaction. */
  readonly uid: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly session: { readonly uid: string; readonly accountId: string };
}

export function createSignInTransactions({ transactions, records, clock }: SignInTransactionsDeps) {
  /** The stored transaction. Null before a password was accepted. */
  function find(uid: string): Promise<SignInTransaction | null> {
    return transactions.find(uid, clock.now());
  }

  /**
   * A transaction with the authentication events of the live session. It keeps the session's time of sign-in. Null when
   * no sign-in of this account is on record for the session.
   */
  async function fromSession({ uid, expiresAt, session }: StepUp): Promise<SignInTransaction | null> {
    const record = await records.find(session.uid, clock.now());
    if (record?.accountId !== session.accountId) return null;
    return {
      ...EMPTY_TRANSACTION,
      uid,
      version: 0,
      accountId: record.accountId,
      authentications: record.authentications,
      keepsAuthTime: record.atMs,
      expiresAt,
    };
  }

  return { find, fromSession };
}

export type SignInTransactions = ReturnType<typeof createSignInTransactions>;
