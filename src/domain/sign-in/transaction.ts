/** The state of one sign-in before its end. It is bound to the interaction, and is no session. */

import type { MethodName } from '../methods/method.ts';
import type { AuthenticationEvent } from '../policy/assurance.ts';
import { accepted, type Outcome, refused } from '../refusal.ts';
import type { Challenge } from './challenge.ts';
import type { Undo } from './undo.ts';

/** An enrolment that is not confirmed yet. Its secret is encrypted for the enrolment that it becomes. */
export interface PendingEnrolment {
  readonly enrolmentId: string;
  readonly method: MethodName;
  /** Encrypted: the key of an app, or the number that codes go to. Null while there is none. */
  readonly secret: string | null;
  /** The factor that is removed once this one is enrolled. */
  readonly replaces?: ReplacedFactor | undefined;
}

/** Its method is told to its owner, also where a request has removed it and died. */
export interface ReplacedFactor {
  readonly enrolmentId: string;
  readonly method: MethodName;
}

export interface SignInTransaction {
  /** The key of the interaction. In self-service `account:` and the uid of the session. */
  readonly uid: string;
  /** Raised with each save. The store refuses a save of an older version. */
  readonly version: number;
  readonly accountId: string;
  readonly authentications: readonly AuthenticationEvent[];
  readonly pendingEnrolment: PendingEnrolment | null;
  /** Challenges without an answer: at most one of each method and purpose. */
  readonly challenges: readonly Challenge[];
  /** Whether a code mailed to the account's address was answered before its first enrolment. */
  readonly isSetUpProven: boolean;
  /** Encrypted recovery codes of this visit. They become valid with its factor, and stay until the person has saved them. */
  readonly newCodes: string | null;
  /** Whether the person wants this browser to be trusted after the sign-in. */
  readonly trustBrowser: boolean;
  /** Whether a script on the page of a code has said that this browser can make passkeys. */
  readonly canUsePasskeys: boolean;
  /** Whether the person has postponed an enrolment, which grace still allowed. */
  readonly later: boolean;
  /** The last change of a factor on an account page, while it can be taken back. */
  readonly undo: Undo | null;
  /** A step-up keeps the `auth_time` of its session, in milliseconds. Null in a full sign-in. */
  readonly keepsAuthTime: number | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The fields of a new transaction, which also complete one that an older release has stored. */
export const EMPTY_TRANSACTION = {
  pendingEnrolment: null,
  challenges: [],
  isSetUpProven: false,
  newCodes: null,
  trustBrowser: false,
  canUsePasskeys: false,
  later: false,
  undo: null,
} as const satisfies Partial<SignInTransaction>;

/**
 * For a save that came too late. When the concurrent save has done the same, by a second click of the same form, the
 * sign-in continues with it. Otherwise the page is outdated.
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

/** The additional authenticated data of a visit's recovery codes. */
export function newCodesPurpose({ uid, accountId }: Pick<SignInTransaction, 'uid' | 'accountId'>): string {
  return ['new-codes', accountId, uid].join('|');
}
