/** Asking somebody for a code that is sent, or for a passkey, within one visit. */

import type { PolicyResult } from '../policy/policy.ts';
import type { Outcome } from '../refusal.ts';
import type { Sending } from './challenge.ts';
import type { SignInTransaction } from './transaction.ts';

/**
 * Sends a new code in the place of an older one; the progress it gives knows of it, and of what `alongside` says. What
 * could not be handed over leaves the progress as it was.
 */
export type SendCode = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  what: Sending,
  alongside?: Pick<SignInTransaction, 'pendingEnrolment'>,
) => Promise<Outcome<SignInTransaction>>;

/** A sending that was counted. */
export interface CountedSend {
  /** Nothing was sent after all. */
  takeBack(): Promise<void>;
}

/** Counts what is to be sent, before it is: everywhere or nowhere, and refused where that would be too many. */
export type CountSend = (
  policyResult: PolicyResult,
  what: Pick<Sending, 'method' | 'purpose' | 'destination'>,
) => Promise<Outcome<CountedSend>>;

/** Makes the random value that a passkey signs, unless one waits already; the progress it gives knows of it. */
export type AskPasskey = (transaction: SignInTransaction) => Promise<Outcome<SignInTransaction>>;
