/** The steps of an enrolment, and what is known of a factor when it is enrolled. */

import { definitionOf, traitsOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import { isWorthSettingUp } from '../policy/minimum.ts';
import type { PolicyResult } from '../policy/policy.ts';
import type { ProvenEnrolment, SignInTransaction } from '../sign-in/transaction.ts';
import { methodsOnOffer } from '../tenant.ts';
import { type Enrolment, hasFactor, isFactor, isVoidSet } from './enrolment.ts';

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
export interface NewFactor extends ProvenEnrolment {
  readonly enrolmentId: string;
  readonly method: MethodName;
  readonly secret: string | null;
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
  policyResult: Pick<PolicyResult, 'tenant' | 'enrolments' | 'enforcement' | 'minimum' | 'account'>,
): EnrolmentStep | null {
  if (transaction.pendingEnrolment) {
    const { method } = transaction.pendingEnrolment;
    const { enforcement, tenant, account } = policyResult;
    if (!methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role).includes(method)) return null;
    if (!isWorthSettingUp(method, policyResult)) return null;
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

/** The place of a page among the pages of its set-up. */
export interface SetUpProgress {
  readonly number: number;
  /** Null while it depends on the method that the person chooses. */
  readonly total: number | null;
}

type Around = Pick<PolicyResult, 'tenant' | 'enrolments'>;

/**
 * The pages that are completed are counted as they pass, and those to come are what the set-up still needs. Null for a
 * set-up of one page. `replacesVoid`: the visit ends with new recovery codes in the place of void ones.
 */
export function progressOf(
  step: EnrolmentStep,
  { stepsTaken, pendingEnrolment, newCodes }: SignInTransaction,
  { enrolments }: Around,
  replacesVoid: boolean,
): SetUpProgress | null {
  const hasCodes = newCodes !== null && enrolments.every(isFactor);
  const bringsCodes = hasCodes || (replacesVoid && enrolments.some(isVoidSet));
  const hasOwnPage = step === 'proof' && pendingEnrolment && !isProvenByMail(pendingEnrolment.method);
  const toCome = step === 'recovery-codes' ? 0 : Number(Boolean(hasOwnPage)) + Number(bringsCodes);
  return placed(stepsTaken + 1, stepsTaken + 1 + toCome);
}

/** The choice of a method within a sign-in comes first. Null for a person who came back to it after the mailed code. */
export function chooserProgressOf(
  methods: readonly MethodName[],
  transaction: Pick<SignInTransaction, 'isSetUpProven' | 'stepsTaken'>,
  policyResult: Around,
): SetUpProgress | null {
  if (transaction.stepsTaken > 1) return null;
  const needsProof = needsSetUpProof(transaction, policyResult);
  const { enrolments } = policyResult;
  const bringsCodes = enrolments.every(isFactor) || enrolments.some(isVoidSet);
  const totals = methods.map((method) => {
    const hasOwnPage = !needsProof || !isProvenByMail(method);
    return 1 + Number(needsProof) + Number(hasOwnPage) + Number(bringsCodes);
  });
  const [total = 1, ...others] = new Set(totals);
  return others.length > 0 ? { number: 1, total: null } : placed(1, total);
}

function placed(number: number, total: number): SetUpProgress | null {
  return total > 1 ? { number, total } : null;
}

/** The mailed code is the whole set-up of a method that sends codes to the account's own address. */
function isProvenByMail(method: MethodName): boolean {
  return traitsOf(method)?.sends === 'address';
}
