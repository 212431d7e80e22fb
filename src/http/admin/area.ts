/** The administrators' console as an area. */
import type { RequireAdministrator } from '../guards/require-administrator.ts';
import type { Area } from '../server/area.ts';
import { routerOf } from './console.ts';
import { type ConsoleDeps, consoleRoutes } from './routes.ts';

export function adminArea(deps: ConsoleDeps, requireAdministrator: RequireAdministrator): Area {
  return {
    name: 'admin',
    paths: ['/admin'],
    routes: routerOf(consoleRoutes(deps), requireAdministrator),
    headers: { ownWindow: ['/admin'], listens: ['/admin/campaigns'] },
  };
}
