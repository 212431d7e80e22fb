/** All routes of the console. */
import type { ConsoleRoute } from './console.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';
import { type RequestPagesDeps, requestRoutes } from './requests.ts';
import { type WhatIfPageDeps, whatIfRoutes } from './what-if.ts';

export type ConsoleDeps = OverviewPageDeps & RequestPagesDeps & WhatIfPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps), ...requestRoutes(deps), ...whatIfRoutes(deps)];
}
