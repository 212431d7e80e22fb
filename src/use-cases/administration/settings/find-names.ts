/** Finds the e-mail addresses of accounts that have acted. */
import type { Scope } from '../../../domain/administration/may-act.ts';
import type { PeopleStore } from '../../../ports/administration/people-store.ts';

/** By the id of the account. An account outside of the scope has no entry. */
export type FindNames = (scope: Scope, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export function createFindNames({ people }: { readonly people: Pick<PeopleStore, 'find'> }): FindNames {
  return async (scope, ids) => {
    const found = await Promise.all([...new Set(ids)].map((id) => people.find(scope, id)));
    return new Map(found.flatMap((account) => (account ? [[account.id, account.email] as const] : [])));
  };
}
