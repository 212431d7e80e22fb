/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';
import { inviteOf } from './invite.ts';
import { peopleOf } from './people.ts';
import { securitySettingsOf } from './security.ts';

export function consoleOf(server: Server): ConsoleDeps {
  const { stores, clock } = server.parts;
  const { people } = stores;
  return {
    overview: createOverview({ people, clock }),
    ...peopleOf(server, people),
    ...inviteOf(server, people),
    ...securitySettingsOf(server, people),
  };
}
