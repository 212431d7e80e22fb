/** A finished sign-in. The policy evaluates its session and tokens by it, as long as any of them lives. */
import { type Enrolment, hasFactor } from '../enrolment/enrolment.ts';
import type { AuthenticationEvent } from '../policy/assurance.ts';
import { type Ending, hasSignInEnded } from './ending.ts';

export interface SignInRecord {
  readonly sessionUid: string;
  readonly accountId: string;
  readonly authentications: readonly AuthenticationEvent[];
  /** The trusted browser that replaced the second factor. Null when none did. */
  readonly trustedBrowserId: string | null;
  /** The time of the last factor of the last full sign-in, in milliseconds: `auth_time`. */
  readonly atMs: number;
  /** The IP address and the `User-Agent` of the sign-in, for the sessions page. */
  readonly ip: string;
  readonly browser: string;
  /** Milliseconds since the epoch. A use is noted once in a while, so it may be a little later. */
  readonly lastUsedAt: number;
  /** The applications that have tokens which outlive the session. */
  readonly offlineClients: readonly string[];
  readonly expiresAt: number;
}

/** An application that has tokens of a session, and wants to hear of its end. */
export interface SessionClient {
  readonly sessionUid: string;
  readonly clientId: string;
  readonly accountId: string;
  /** The session's name in the tokens of this application. */
  readonly sid: string;
  /** The id of the notice of its end: whoever ends it queues the same one. */
  readonly noticeId: string;
  readonly expiresAt: number;
}

/** Whether a sign-in has ended, whatever the policy would decide about its events. */
export function isEnded(
  authentications: readonly AuthenticationEvent[],
  of: {
    readonly account: Ending;
    readonly enrolments: readonly Pick<Enrolment, 'id'>[];
  },
): boolean {
  return hasLostFactor(authentications, of.enrolments) || hasSignInEnded(authentications, of.account);
}

/**
 * A removed factor ends every session that was signed in to with it (OWASP ASVS 5.0, 7.4.3): the person who removed it
 * may not be the one who holds the session.
 */
export function hasLostFactor(
  authentications: readonly AuthenticationEvent[],
  enrolments: readonly Pick<Enrolment, 'id'>[],
): boolean {
  return authentications.some(
    ({ method, enrolmentId }) => method !== 'pwd' && !enrolments.some(({ id }) => id === enrolmentId),
  );
}

/**
 * The events with which a session continues after it has removed factors. Recovery codes go with the last factor, so the
 * password alone is left then. `enrolments` are those from before the removal.
 */
export function withoutRemoved(
  authentications: readonly AuthenticationEvent[],
  enrolments: readonly Pick<Enrolment, 'id' | 'method'>[],
  removed: readonly string[],
): readonly AuthenticationEvent[] {
  const isLast = !hasFactor(enrolments.filter(({ id }) => !removed.includes(id)));
  return authentications.filter(
    ({ enrolmentId }) => enrolmentId === null || !(isLast || removed.includes(enrolmentId)),
  );
}
