/** Composes the page that asks the policy what would happen. */
import type { WhatIfPageDeps } from '../../http/admin/what-if.ts';
import { requestedAssuranceOf } from '../../oidc/requests/requested-assurance.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import { createFindPerson } from '../../use-cases/administration/people/seen-person.ts';
import { createWhatIf } from '../../use-cases/administration/what-if/what-if.ts';
import type { Server } from '../composition.ts';
import { clientRuleOf } from '../second-factor.ts';

const NO_CLIENT = { always: false, own: false } as const;

export function whatIfPageOf(
  { config, parts, plugin, clients, render }: Server,
  people: PeopleStore,
): WhatIfPageDeps {
  const { stores, clock } = parts;
  const { accounts, records, trustedBrowsers } = stores;
  const findPerson = createFindPerson({ people, accounts });
  const { previewPolicy } = plugin.useCases;
  const ruleOf = clientRuleOf(config);
  const defaults = new Map(
    config.clients.map(({ clientId, metadata }) => [clientId, metadata.default_acr_values]),
  );
  return {
    whatIf: createWhatIf({ findPerson, records, trustedBrowsers, previewPolicy, clock }),
    whatIfClients: config.clients.map(({ clientId: id, tenantId }) => ({
      id,
      name: clients.nameOf(id),
      tenantId,
    })),
    requestedOf(clientId, acr) {
      if (clientId === null) return requestedAssuranceOf({ acr_values: acr }, NO_CLIENT);
      // A request without levels asks for those of its client, as the library has it.
      const byDefault = defaults.get(clientId);
      const levels = acr ?? (Array.isArray(byDefault) ? byDefault.join(' ') : null);
      return requestedAssuranceOf({ acr_values: levels }, ruleOf(clientId));
    },
    render,
  };
}
