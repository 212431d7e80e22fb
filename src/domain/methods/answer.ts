/** What comes of an answer: the same for every method, so that counting, locking and noting are written once. */

import type { PasskeyUse } from '../policy/assurance.ts';
import type { PolicyResult, RequestedAssurance } from '../policy/policy.ts';
import type { Refusal } from '../refusal.ts';
import type { SignInTransaction } from '../sign-in/transaction.ts';
import type { MethodName } from './method.ts';

/** What is known of the sign-in in which it is given. */
export interface Asked {
  readonly transaction: SignInTransaction;
  readonly policyResult: PolicyResult;
  readonly requested: RequestedAssurance;
  readonly typed: string;
}

export type Answer =
  | {
      readonly kind: 'accepted';
      readonly enrolmentId: string;
      readonly passkey?: PasskeyUse;
      /** What of the progress it uses up. */
      readonly spent: Partial<Pick<SignInTransaction, 'challenges'>>;
      /** What is left to be noted beside the progress. */
      note(): Promise<void>;
    }
  | { readonly kind: 'wrong'; readonly clockOffSeconds: number | null }
  | { readonly kind: 'used' }
  /** Right, or asked for, at another time: a new one is needed. */
  | { readonly kind: 'expired' }
  /** Of a method with refusals of its own; `reason` is for the audit trail. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly reason: string };

/** Compares an answer with what is set up, and claims it. */
export type CheckAnswer = (method: MethodName, asked: Asked) => Promise<Answer>;
