/** The acts of the contracts of a store that lists people. */
import { expect } from 'chai';
import type { Account } from '../../src/domain/account.ts';
import type { Scope } from '../../src/domain/administration/may-act.ts';
import { searchText } from '../../src/domain/administration/search-text.ts';
import type { MethodName } from '../../src/domain/methods/method.ts';
import type { AdministrationStore } from '../../src/ports/administration/administration-store.ts';
import type {
  PeopleCondition,
  PeopleQuery,
  PeopleStore,
} from '../../src/ports/administration/people-store.ts';
import type { AccountStore, EnrolmentStore, LockoutStore } from '../../src/ports/stores.ts';
import { anAccount, anEnrolment, NOW } from './examples.ts';

export interface StoresOfPeople {
  readonly people: PeopleStore;
  readonly accounts: AccountStore;
  readonly enrolments: EnrolmentStore;
  readonly lockouts: LockoutStore;
  readonly administration: Pick<AdministrationStore, 'liftLock'>;
}

export const ACME: Scope = { tenantId: 'acme', groups: null };
export const EVERYBODY: PeopleQuery = { q: null, group: null, role: null, condition: null };
export const CONDITIONS: readonly PeopleCondition[] = [
  'unprotected',
  'protected',
  'locked',
  'unconfirmed',
  'disabled',
  'enabled',
];

export function peopleOf(stores: () => StoresOfPeople) {
  const store = () => stores().people;

  async function add(id: string, changes: Partial<Account> = {}): Promise<void> {
    const email = `${id}@${changes.tenantId ?? 'acme'}.test`;
    const account = anAccount({ id, email, name: 'Somebody', ...changes });
    expect(await stores().accounts.insert(account)).to.equal(true);
  }

  /** A factor of this account, or another method. */
  async function enrol(accountId: string, method: MethodName = 'totp', n = 1) {
    return stores().enrolments.insert(anEnrolment({ id: `${accountId}-${method}-${n}`, accountId, method }));
  }

  /** The ids of all pages, which have at most two people each. */
  async function list(query: Partial<PeopleQuery> = {}, scope: Scope = ACME, now = NOW): Promise<string[]> {
    const ids: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: readonly Account[] = await store().page(scope, { ...EVERYBODY, ...query }, after, 2, now);
      ids.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
      after = page.at(-1)?.email ?? null;
    }
    expect(await store().count(scope, { ...EVERYBODY, ...query }, now), 'count').to.equal(ids.length);
    return ids;
  }

  const find = (typed: string, scope?: Scope) => list({ q: searchText(typed) }, scope);

  return { store, add, enrol, list, find };
}
