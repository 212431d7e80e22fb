/** The steps of an enrolment, and what is known of a factor when it is enrolled. */

import { definitionOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import type { PasskeyUse } from '../methods/webauthn.ts';
import type { PolicyResult } from '../policy/policy.ts';
import type { SignInTransaction } from '../sign-in/transaction.ts';
import { methodsOnOffer } from '../tenant.ts';
import { type Enrolment, hasFactor, isFactor } from './enrolment.ts';

/** The code to the account's own address, then the step of the method, then the recovery codes. Each has a page. */
export type EnrolmentStep = 'proof' | MethodName | 'recovery-codes';

/** Characters of what a person calls a factor. */
export const LONGEST_LABEL = 60;

/** The network and the application from which the steps are taken. */
export interface Visitor {
  readonly ip: string;
  /** Null in self-service. */
  readonly clientId: string | null;
}

/** A factor that was just proven for the first time. */
export interface NewFactor {
  readonly enrolmentId: string;
  readonly method: MethodName;
  readonly label: string;
  readonly app: string | null;
  readonly secret: string | null;
  readonly lastStep: number | null;
  readonly passkey?: PasskeyUse;
}

/**
 * A password alone must not enrol a thief's phone: before the first factor, a code mailed to the account's own address is
 * answered (NIST SP 800-63B-4, 4.1.2).
 */
export function needsSetUpProof(
  { isSetUpProven }: Pick<SignInTransaction, 'isSetUpProven'>,
  { tenant, enrolments }: Pick<PolicyResult, 'tenant' | 'enrolments'>,
): boolean {
  return tenant.secondFactor.setUpProof !== 'none' && !isSetUpProven && !hasFactor(enrolments);
}

/**
 * The step that an enrolment is transaction. Null: none is under way, or its method was taken off the offer meanwhile, so that
 * nobody enrols a factor that they cannot sign in with. Recovery codes are shown once they are good.
 */
export function enrolmentStepOf(
  transaction: Pick<SignInTransaction, 'pendingEnrolment' | 'newCodes' | 'isSetUpProven'>,
  policyResult: Pick<PolicyResult, 'tenant' | 'enrolments' | 'enforcement' | 'account'>,
): EnrolmentStep | null {
  if (transaction.pendingEnrolment) {
    const { method } = transaction.pendingEnrolment;
    const { enforcement, tenant, account } = policyResult;
    if (!methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role).includes(method)) return null;
    if (needsSetUpProof(transaction, policyResult)) return 'proof';
    return definitionOf(method)?.isBuilt === false ? null : method;
  }
  const isGood = transaction.newCodes !== null && policyResult.enrolments.some((each) => !isFactor(each));
  return isGood ? 'recovery-codes' : null;
}

/**
 * The factor of this visit whose confirmation was interrupted. It is stored, and the transaction does not show it yet, or its
 * recovery codes are not stored. Null when there is none.
 */
export function interruptedFactor(
  {
    pendingEnrolment,
    newCodes,
    authentications,
  }: Pick<SignInTransaction, 'pendingEnrolment' | 'newCodes' | 'authentications'>,
  { enrolments }: Pick<PolicyResult, 'enrolments'>,
): Enrolment | null {
  if (pendingEnrolment) return enrolments.find(({ id }) => id === pendingEnrolment.enrolmentId) ?? null;
  if (newCodes === null || !enrolments.every(isFactor)) return null;
  return enrolments.find(({ id }) => authentications.some(({ enrolmentId }) => enrolmentId === id)) ?? null;
}
