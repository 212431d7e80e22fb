/** Composes the administrators' console of the server. */
import type { ConsoleDeps } from '../../http/admin/routes.ts';
import { createOverview } from '../../use-cases/administration/overview.ts';
import type { Server } from '../composition.ts';

export function consoleOf({ parts, render }: Server): ConsoleDeps {
  const { stores, clock } = parts;
  return { overview: createOverview({ people: stores.people, clock }), render };
}
