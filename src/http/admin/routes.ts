/** All routes of the console. */
import type { ConsoleRoute } from './console.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';
import { type RequestPagesDeps, requestRoutes } from './requests.ts';

export type ConsoleDeps = OverviewPageDeps & RequestPagesDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps), ...requestRoutes(deps)];
}
