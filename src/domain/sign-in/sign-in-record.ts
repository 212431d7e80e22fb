/** What sessions and refresh tokens are judged by, for as long as anything issued from a sign-in lives. */
import type { Account } from '../account.ts';
import type { Enrolment } from '../enrolment/enrolment.ts';
import type { AuthenticationEvent } from '../policy/assurance.ts';

export interface SignInRecord {
  readonly sessionUid: string;
  readonly accountId: string;
  readonly authentications: readonly AuthenticationEvent[];
  /** The trusted browser on whose account no second factor was asked for; null: none was needed. */
  readonly trustedBrowserId: string | null;
  /** When the last factor of the last full sign-in was given, in milliseconds: `auth_time`. */
  readonly atMs: number;
  /** The address it came from and the browser's own words; shown on the sessions page. */
  readonly ip: string;
  readonly browser: string;
  readonly expiresAt: number;
}

/** Whether a sign-in holds no more, whatever the policy would say of what was proven in it. */
export function isEnded(
  authentications: readonly AuthenticationEvent[],
  of: {
    readonly account: Pick<Account, 'frozenAt'>;
    readonly enrolments: readonly Pick<Enrolment, 'id'>[];
  },
): boolean {
  return hasLostFactor(authentications, of.enrolments) || wasReported(authentications, of.account);
}

/**
 * A factor that was given is not set up any more, which ends what was built on it (OWASP ASVS 5.0, 7.4.3): whoever had
 * it removed may not be who holds the session.
 */
function hasLostFactor(
  authentications: readonly AuthenticationEvent[],
  enrolments: readonly Pick<Enrolment, 'id'>[],
): boolean {
  return authentications.some(
    ({ method, enrolmentId }) => method !== 'pwd' && !enrolments.some(({ id }) => id === enrolmentId),
  );
}

/** Since its password was given somebody has said "it was not me": what was on its way then arrives nowhere. */
export function wasReported(
  authentications: readonly AuthenticationEvent[],
  { frozenAt }: Pick<Account, 'frozenAt'>,
): boolean {
  return frozenAt !== null && authentications.some(({ method, atMs }) => method === 'pwd' && atMs < frozenAt);
}
