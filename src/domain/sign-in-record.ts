/** What sessions and refresh tokens are judged by, for as long as anything issued from a sign-in lives. */
import type { Proof } from './assurance.ts';

export interface SignInRecord {
  readonly sessionUid: string;
  readonly accountId: string;
  readonly proofs: readonly Proof[];
  /** When the last factor of the last full sign-in was given, in milliseconds: `auth_time`. */
  readonly at: number;
  /** The address it came from and the browser's own words; shown on the sessions page. */
  readonly address: string;
  readonly browser: string;
  readonly expiresAt: number;
}
