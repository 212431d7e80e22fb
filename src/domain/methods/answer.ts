/** The outcome of an answer, the same for every method, so that counting, locking and noting are written once. */

import type { PolicyResult, RequestedAssurance } from '../policy/policy.ts';
import type { SignInTransaction } from '../sign-in/transaction.ts';
import type { Acceptance, Rejection } from './contract.ts';

/** The sign-in in which an answer is given. */
export interface Asked {
  readonly transaction: SignInTransaction;
  readonly policyResult: PolicyResult;
  readonly requested: RequestedAssurance;
  /** As the method reads what was typed. */
  readonly answer: string;
}

/** A right answer that this sign-in alone may use. */
export interface AcceptedAnswer extends Omit<Acceptance, 'spendsChallenge'> {
  /** The part of the transaction that it uses up. */
  readonly spent: Partial<Pick<SignInTransaction, 'challenges'>>;
}

export type Answer = AcceptedAnswer | Rejection;
