/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';
import { scannedPeople } from './scanned-people.ts';
import { securitySettingsOf } from './security.ts';

export function consoleOf(server: Server): ConsoleDeps {
  const { parts, render } = server;
  const { stores, clock } = parts;
  const people = scannedPeople(stores);
  return {
    overview: createOverview({ people, clock }),
    ...securitySettingsOf(server, people),
    render,
  };
}
