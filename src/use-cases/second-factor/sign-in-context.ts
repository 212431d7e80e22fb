/** A sign-in under way, as the use cases of the second factor receive it. */
import type { AccountSnapshot, RequestedAssurance } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TrustToken } from '../../domain/sign-in/trusted-browser.ts';
import type { PendingEvents } from '../events/pending-events.ts';

/** One sign-in before its end: its transaction, and the assurance that it needs. */
export interface SignInContext {
  readonly transaction: SignInTransaction;
  readonly requested: RequestedAssurance;
  readonly clientId: string;
  readonly ip: string;
  /** Null when the account has no token in this browser. */
  readonly trustToken?: TrustToken | null;
  /** The snapshot that this request has read already. */
  readonly snapshot?: AccountSnapshot | null | undefined;
  /** Events of this request that are to be stored with its next one. */
  readonly pending?: PendingEvents | null | undefined;
}
