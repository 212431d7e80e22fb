/** What sessions and refresh tokens are judged by, for as long as anything issued from a sign-in lives. */
import type { Proof } from './assurance.ts';
import type { Enrolment } from './enrolment.ts';

export interface SignInRecord {
  readonly sessionUid: string;
  readonly accountId: string;
  readonly proofs: readonly Proof[];
  /** The trusted browser on whose account no second factor was asked for; null: none was needed. */
  readonly trustedBrowserId: string | null;
  /** When the last factor of the last full sign-in was given, in milliseconds: `auth_time`. */
  readonly at: number;
  /** The address it came from and the browser's own words; shown on the sessions page. */
  readonly address: string;
  readonly browser: string;
  readonly expiresAt: number;
}

/**
 * Whether a factor that was given is not set up any more, which ends what was built on it (OWASP ASVS 5.0, 7.4.3):
 * whoever had it removed may not be who holds the session.
 */
export function hasLostFactor(
  proofs: readonly Proof[],
  enrolments: readonly Pick<Enrolment, 'id'>[],
): boolean {
  return proofs.some(
    ({ method, enrolmentId }) => method !== 'pwd' && !enrolments.some(({ id }) => id === enrolmentId),
  );
}
