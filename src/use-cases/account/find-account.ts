/** Reads one account for the pages and the provider. */
import type { Account } from '../../domain/account.ts';
import type { AccountStore } from '../../ports/stores.ts';

/** Null when there is no such account. */
export type FindAccount = (id: string) => Promise<Account | null>;

export function createFindAccount({
  accounts,
}: {
  readonly accounts: Pick<AccountStore, 'findById'>;
}): FindAccount {
  return (id) => accounts.findById(id);
}
