/** Finds the e-mail addresses of accounts that have acted. */
import { isInScope, type Scope } from '../../../domain/administration/may-act.ts';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';

interface FindNamesDeps {
  readonly administration: Pick<AdministrationStore, 'accountsById'>;
}

/** By the id of the account. An account outside of the scope has no entry. */
export type FindNames = (scope: Scope, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export function createFindNames({ administration }: FindNamesDeps): FindNames {
  return async (scope, ids) => {
    const found = await administration.accountsById([...new Set(ids)]);
    const seen = [...found.values()].filter((account) => isInScope(scope, account));
    return new Map(seen.map(({ id, email }) => [id, email]));
  };
}
