/** How far one sign-in has come: ours, bound to the interaction, and never a session. */
import type { Proof } from './assurance.ts';
import type { MethodName } from './method.ts';

/** A set-up that was begun and not confirmed: the secret is sealed like the enrolment it will become. */
export interface PendingSetUp {
  readonly enrolmentId: string;
  readonly method: MethodName;
  readonly secret: string;
}

export interface Progress {
  /** The interaction's uid, or `account:` and the session's uid for a set-up in self-service. */
  readonly uid: string;
  /** Raised with each save; a save from an older version is refused by the store. */
  readonly version: number;
  readonly accountId: string;
  readonly proofs: readonly Proof[];
  readonly pending: PendingSetUp | null;
  /** The person answered "later" to a set-up that grace still allows to put off. */
  readonly later: boolean;
  /** A step-up keeps the `auth_time` of the sign-in it builds on (milliseconds); null in a full sign-in. */
  readonly keepsAuthTime: number | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}
