/** All routes of the console. */
import type { ConsoleRoute } from './console.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';
import { type SecurityPageDeps, securityRoutes } from './security/security.ts';

export type ConsoleDeps = OverviewPageDeps & SecurityPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps), ...securityRoutes(deps)];
}
