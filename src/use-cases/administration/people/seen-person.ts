/** Finds one person among those whom an administrator sees. */
import { type Account, normaliseEmail } from '../../../domain/account.ts';
import { isInScope, type Scope } from '../../../domain/administration/may-act.ts';
import type { PeopleStore } from '../../../ports/administration/people-store.ts';
import type { AccountStore } from '../../../ports/stores.ts';

interface FindPersonDeps {
  readonly people: Pick<PeopleStore, 'find'>;
  readonly accounts: Pick<AccountStore, 'findByEmail'>;
}

/** Null when there is no such account within the scope. */
export type FindPerson = (
  scope: Scope,
  by: { readonly id: string } | { readonly email: string },
) => Promise<Account | null>;

export function createFindPerson({ people, accounts }: FindPersonDeps): FindPerson {
  return async (scope, by) => {
    if ('id' in by) return people.find(scope, by.id);
    const account = await accounts.findByEmail(normaliseEmail(by.email));
    return account && isInScope(scope, account) ? account : null;
  };
}
