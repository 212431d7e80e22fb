/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';
import { requestPagesOf } from './requests.ts';
import { scannedPeople } from './scanned-people.ts';
import { whatIfPageOf } from './what-if.ts';

export function consoleOf(server: Server): ConsoleDeps {
  const { parts, render } = server;
  const { stores, clock } = parts;
  const { resetRequests } = stores;
  const people = scannedPeople(stores);
  return {
    ...requestPagesOf(server),
    ...whatIfPageOf(server, people),
    overview: createOverview({ people, resetRequests, clock }),
    render,
  };
}
