/** The accounts that a request and its client take, and the value of an accepted first factor. */
import type { Account } from '../../domain/account.ts';
import type { AccountSnapshot } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
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

type Unwanted = 'other_tenant' | 'other_account' | 'disabled';

/** Why a request does not take an account, and no request a disabled one. Null when it does. */
export function unwantedBecause(
  account: Pick<Account, 'id' | 'tenantId' | 'disabledAt'>,
  { tenantId, accountId }: WantedAccount,
): Unwanted | null {
  if (tenantId !== null && account.tenantId !== tenantId) return 'other_tenant';
  if (accountId !== null && account.id !== accountId) return 'other_account';
  return account.disabledAt === null ? null : 'disabled';
}

/** For a person who has proven the first factor: others must not learn that the account is disabled. */
export function refusalOf(reason: Unwanted, { tenantId }: Pick<Account, 'tenantId'>): Refusal {
  return reason === 'disabled' ? { code: 'forbidden', because: 'disabled', tenantId } : { code: 'forbidden' };
}
