/** Composes the lists of people in the console. */
import { writeCsvTable } from '../../adapters/account-files/csv.ts';
import type { UsersPageDeps } from '../../http/admin/users.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import { createPeopleLists } from '../../use-cases/administration/people/people-lists.ts';
import { createRoster } from '../../use-cases/administration/roster.ts';
import { passwordSubjectOf } from '../../use-cases/sign-in/password-subject.ts';
import type { Server } from '../composition.ts';

export function peopleOf(
  { effectiveTenants, parts, cipher, guards, render }: Server,
  people: PeopleStore,
): UsersPageDeps {
  const { stores, clock } = parts;
  const { accounts, administration } = stores;
  const roster = createRoster({
    accounts,
    administration,
    tenants: effectiveTenants.tenants,
    passwordSubject: async (email) => passwordSubjectOf(cipher, email),
    clock,
  });
  return {
    peopleLists: createPeopleLists({ people, roster, tenants: effectiveTenants.tenants, clock }),
    writeTable: writeCsvTable,
    forms: guards.forms,
    render,
    clock,
  };
}
