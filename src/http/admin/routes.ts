/** All routes of the console. */
import { type AuditPageDeps, auditRoutes } from './audit/audit.ts';
import type { ConsoleRoute } from './console.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';

export type ConsoleDeps = OverviewPageDeps & AuditPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps), ...auditRoutes(deps)];
}
