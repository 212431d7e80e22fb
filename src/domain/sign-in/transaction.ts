/** How far one sign-in has come: ours, bound to the interaction, and never a session. */

import type { MethodName } from '../methods/method.ts';
import type { AuthenticationEvent } from '../policy/assurance.ts';
import { accepted, type Outcome, refused } from '../refusal.ts';
import type { Challenge } from './challenge.ts';

/** A set-up that was begun and not confirmed: the secret is sealed like the enrolment it will become. */
export interface PendingEnrolment {
  readonly enrolmentId: string;
  readonly method: MethodName;
  /** Sealed: the key of an app, or the number that codes are sent to. Null while there is none. */
  readonly secret: string | null;
}

export interface SignInTransaction {
  /** The interaction's uid, or `account:` and the session's uid for a set-up in self-service. */
  readonly uid: string;
  /** Raised with each save; a save from an older version is refused by the store. */
  readonly version: number;
  readonly accountId: string;
  readonly authentications: readonly AuthenticationEvent[];
  readonly pendingEnrolment: PendingEnrolment | null;
  /** What was sent or asked and not answered: one of each method and purpose. */
  readonly challenges: readonly Challenge[];
  /** A code mailed to the account's address was answered, before its first factor is bound. */
  readonly isSetUpProven: boolean;
  /** Recovery codes of this visit, sealed: made when a set-up begins, good with its factor, kept until put away. */
  readonly newCodes: string | null;
  /** The person wants this browser to be trusted once the sign-in is complete. */
  readonly trustBrowser: boolean;
  /** The person answered "later" to a set-up that grace still allows to put off. */
  readonly later: boolean;
  /** A step-up keeps the `auth_time` of the sign-in it builds on (milliseconds); null in a full sign-in. */
  readonly keepsAuthTime: number | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What a visit begins with, and what a record of an older release lacks. */
export const EMPTY_TRANSACTION = {
  pendingEnrolment: null,
  challenges: [],
  isSetUpProven: false,
  newCodes: null,
  trustBrowser: false,
  later: false,
} as const satisfies Partial<SignInTransaction>;

/**
 * After a save that came too late, with what is kept instead: a second click of the same form has done the same, and
 * goes on with it; who did anything else meanwhile has left this page behind.
 */
export function resolveConcurrentSave(
  { accountId }: Pick<SignInTransaction, 'accountId'>,
  kept: SignInTransaction | null,
  isSame: (kept: SignInTransaction) => boolean,
): Outcome<SignInTransaction> {
  return kept?.accountId === accountId && isSame(kept)
    ? accepted(kept)
    : refused({ code: 'session_expired' });
}

/** Under which sealed text the recovery codes of a visit stand. */
export function newCodesPurpose({ uid, accountId }: Pick<SignInTransaction, 'uid' | 'accountId'>): string {
  return ['new-codes', accountId, uid].join('|');
}
