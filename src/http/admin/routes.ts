/** All routes of the console. */
import type { ConsoleRoute } from './console.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';

export type ConsoleDeps = OverviewPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps)];
}
