/** All routes of the console. */
import type { ConsoleRoute } from './console.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';
import { type PersonPageDeps, personRoutes } from './person.ts';

export type ConsoleDeps = OverviewPageDeps & PersonPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps), ...personRoutes(deps)];
}
