/** The steps of setting up a factor, and what is known of one when it is bound. */

import type { MethodName } from '../methods/method.ts';
import type { Proof } from '../policy/assurance.ts';
import type { Judgement } from '../policy/policy.ts';
import type { Outcome } from '../refusal.ts';
import type { Progress } from '../sign-in/transaction.ts';
import { methodsOnOffer } from '../tenant.ts';
import { hasFactor } from './enrolment.ts';

/** Each has a page. */
export type SetUpStep = 'proof' | 'totp' | 'email' | 'sms' | 'passkey' | 'recovery-codes';

/** Characters of what a person calls a factor. */
export const LONGEST_LABEL = 60;

/** Where the steps are taken from. */
export interface Visitor {
  readonly address: string;
  /** Null in self-service. */
  readonly clientId: string | null;
}

/**
 * Makes the recovery codes of a visit good with its first factor. `areGood`: they may be shown; those that another visit
 * was quicker to make are the good ones then, and not these.
 */
export type KeepCodes = (
  at: Progress,
  judgement: Judgement,
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
  readonly passkey?: NonNullable<Proof['passkey']>;
}

/** Makes it a factor of the account, with recovery codes if there are none, and notes its proof. */
export type Bind = (
  at: Progress,
  judgement: Judgement,
  factor: NewFactor,
  from: Visitor,
) => Promise<Outcome<Progress>>;

/**
 * A password alone must not bind a thief's phone: before the first factor, a code mailed to the account's own address
 * is answered (NIST SP 800-63B-4, 4.1.2).
 */
export function needsSetUpProof(
  { isSetUpProven }: Pick<Progress, 'isSetUpProven'>,
  { tenant, enrolments }: Pick<Judgement, 'tenant' | 'enrolments'>,
): boolean {
  return tenant.secondFactor.setUpProof === 'email' && !isSetUpProven && !hasFactor(enrolments);
}

/**
 * Where a set-up is; null: none is under way, or what is being set up was taken off the offer meanwhile: nobody is led
 * to a factor that they can't sign in with. Recovery codes are shown once they are good.
 */
export function setUpStepOf(
  at: Pick<Progress, 'pending' | 'newCodes' | 'isSetUpProven'>,
  judgement: Pick<Judgement, 'tenant' | 'enrolments' | 'enforcement' | 'account'>,
): SetUpStep | null {
  if (at.pending) {
    const { method } = at.pending;
    const { enforcement, tenant, account } = judgement;
    if (!methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role).includes(method)) return null;
    if (needsSetUpProof(at, judgement)) return 'proof';
    return method === 'app' || method === 'recovery' ? null : method;
  }
  const isGood = at.newCodes !== null && judgement.enrolments.some(({ method }) => method === 'recovery');
  return isGood ? 'recovery-codes' : null;
}
