/** The steps of setting up a factor, and what is known of one when it is bound. */

import type { MethodName } from '../methods/method.ts';
import type { AuthenticationEvent } from '../policy/assurance.ts';
import type { PolicyResult } from '../policy/policy.ts';
import type { Outcome } from '../refusal.ts';
import type { SignInTransaction } from '../sign-in/transaction.ts';
import { methodsOnOffer } from '../tenant.ts';
import { hasFactor } from './enrolment.ts';

/** Each has a page. */
export type EnrolmentStep = 'proof' | 'totp' | 'email' | 'sms' | 'passkey' | 'recovery-codes';

/** Characters of what a person calls a factor. */
export const LONGEST_LABEL = 60;

/** Where the steps are taken from. */
export interface Visitor {
  readonly ip: string;
  /** Null in self-service. */
  readonly clientId: string | null;
}

/**
 * Makes the recovery codes of a visit good with its first factor. `areGood`: they may be shown; those that another visit
 * was quicker to make are the good ones then, and not these.
 */
export type KeepCodes = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  factorId: string,
) => Promise<{ readonly areGood: boolean; readonly isNew: boolean }>;

/** A factor that was just proven for the first time. */
export interface NewFactor {
  readonly enrolmentId: string;
  readonly method: MethodName;
  readonly label: string;
  readonly app: string | null;
  readonly secret: string | null;
  readonly lastStep: number | null;
  readonly passkey?: NonNullable<AuthenticationEvent['passkey']>;
}

/** Makes it a factor of the account, with recovery codes if there are none, and notes its proof. */
export type Enrol = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  factor: NewFactor,
  from: Visitor,
) => Promise<Outcome<SignInTransaction>>;

/**
 * A password alone must not bind a thief's phone: before the first factor, a code mailed to the account's own address
 * is answered (NIST SP 800-63B-4, 4.1.2).
 */
export function needsSetUpProof(
  { isSetUpProven }: Pick<SignInTransaction, 'isSetUpProven'>,
  { tenant, enrolments }: Pick<PolicyResult, 'tenant' | 'enrolments'>,
): boolean {
  return tenant.secondFactor.setUpProof === 'email' && !isSetUpProven && !hasFactor(enrolments);
}

/**
 * Where a set-up is; null: none is under way, or what is being set up was taken off the offer meanwhile: nobody is led
 * to a factor that they can't sign in with. Recovery codes are shown once they are good.
 */
export function enrolmentStepOf(
  at: Pick<SignInTransaction, 'pendingEnrolment' | 'newCodes' | 'isSetUpProven'>,
  policyResult: Pick<PolicyResult, 'tenant' | 'enrolments' | 'enforcement' | 'account'>,
): EnrolmentStep | null {
  if (at.pendingEnrolment) {
    const { method } = at.pendingEnrolment;
    const { enforcement, tenant, account } = policyResult;
    if (!methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role).includes(method)) return null;
    if (needsSetUpProof(at, policyResult)) return 'proof';
    return method === 'app' || method === 'recovery' ? null : method;
  }
  const isGood = at.newCodes !== null && policyResult.enrolments.some(({ method }) => method === 'recovery');
  return isGood ? 'recovery-codes' : null;
}
