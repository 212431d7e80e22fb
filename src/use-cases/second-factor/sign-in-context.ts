/** A sign-in under way, as the use cases of the second factor receive it. */
import type { Locale } from '../../domain/account.ts';
import type { AccountSnapshot, PolicyResult, RequestedAssurance } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TrustToken } from '../../domain/sign-in/trusted-browser.ts';
import type { PendingEvents } from '../events/pending-events.ts';

/** One sign-in before its end: its transaction, and the assurance that it needs. */
export interface SignInContext {
  readonly transaction: SignInTransaction;
  readonly requested: RequestedAssurance;
  readonly clientId: string;
  readonly ip: string;
  /** The language of its pages. A code that is sent now has the same. */
  readonly localeOf: (policyResult: Pick<PolicyResult, 'account' | 'tenant'>) => Locale;
  /** Null when the account has no token in this browser. */
  readonly trustToken?: TrustToken | null;
  /** The snapshot that this request has read already. */
  readonly snapshot?: AccountSnapshot | null | undefined;
  /** Events of this request that are to be stored with its next one. */
  readonly pending?: PendingEvents | null | undefined;
}
