/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createAuditSearch } from '../../use-cases/administration/audit/audit-search.ts';
import { createSignInNumbers } from '../../use-cases/administration/audit/sign-in-numbers.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';
import { campaignPagesOf } from './campaigns.ts';
import { inviteOf } from './invite.ts';
import { peopleOf } from './people.ts';
import { personOf } from './person.ts';
import { requestPagesOf } from './requests.ts';
import { securitySettingsOf } from './security.ts';
import { whatIfPageOf } from './what-if.ts';

export function consoleOf(server: Server): ConsoleDeps {
  const { stores, clock } = server.parts;
  const { accounts, administration, audit, auditSeals, people, resetRequests } = stores;
  const lists = peopleOf(server, people);
  return {
    overview: createOverview({ people, resetRequests, clock }),
    findSignInNumbers: createSignInNumbers({ seals: auditSeals, clock }),
    auditSearch: createAuditSearch({ accounts, administration, audit }),
    ...lists,
    ...campaignPagesOf(server, lists.peopleLists),
    ...personOf(server, people),
    ...inviteOf(server, people),
    ...requestPagesOf(server),
    ...securitySettingsOf(server, people),
    ...whatIfPageOf(server, people),
  };
}
