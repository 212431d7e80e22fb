/** The accounts that a request and its client take, and the value of an accepted first factor. */
import type { Account } from '../../domain/account.ts';
import type { AccountSnapshot } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { PendingEvents } from '../events/pending-events.ts';

export interface WantedAccount {
  /** Only members of this tenant. Null: members of any. */
  readonly tenantId: string | null;
  /** Only this account. Null: any. */
  readonly accountId: string | null;
}

/** A sign-in whose password or passkey was right. The snapshot is null when the account is gone meanwhile. */
export interface AcceptedFirstFactor {
  readonly transaction: SignInTransaction;
  readonly snapshot: AccountSnapshot | null;
  /** That it was accepted. The caller answers after that is stored, together with the end of the sign-in if it ends. */
  readonly pending: PendingEvents;
}

/** Why a request does not take an account. Null when it does. */
export function unwantedBecause(
  account: Pick<Account, 'id' | 'tenantId'>,
  { tenantId, accountId }: WantedAccount,
): 'other_tenant' | 'other_account' | null {
  if (tenantId !== null && account.tenantId !== tenantId) return 'other_tenant';
  return accountId !== null && account.id !== accountId ? 'other_account' : null;
}
