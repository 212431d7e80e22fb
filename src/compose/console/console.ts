/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';
import { inviteOf } from './invite.ts';
import { peopleOf } from './people.ts';

export function consoleOf(server: Server): ConsoleDeps {
  const { stores, clock } = server.parts;
  const { people } = stores;
  const ofPeople = peopleOf(server, people);
  const ofInvitations = inviteOf(server, people);
  return { ...ofPeople, ...ofInvitations, overview: createOverview({ people, clock }) };
}
