/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createAuditSearch } from '../../use-cases/administration/audit/audit-search.ts';
import { createSignInNumbers } from '../../use-cases/administration/audit/sign-in-numbers.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';
import { scannedPeople } from './scanned-people.ts';

export function consoleOf({ parts, render }: Server): ConsoleDeps {
  const { stores, clock } = parts;
  const people = scannedPeople(stores);
  const { accounts, administration, audit, auditSeals } = stores;
  return {
    overview: createOverview({ people, clock }),
    findSignInNumbers: createSignInNumbers({ seals: auditSeals, clock }),
    auditSearch: createAuditSearch({ accounts, administration, audit }),
    render,
  };
}
