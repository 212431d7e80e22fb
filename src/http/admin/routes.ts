/** All routes of the console. */
import type { ConsoleRoute } from './console.ts';
import { type InvitePageDeps, inviteRoutes } from './invite.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';
import { type SecurityPageDeps, securityRoutes } from './security/security.ts';
import { type UsersPageDeps, usersRoutes } from './users.ts';

export type ConsoleDeps = OverviewPageDeps & UsersPageDeps & InvitePageDeps & SecurityPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [...overviewRoutes(deps), ...usersRoutes(deps), ...inviteRoutes(deps), ...securityRoutes(deps)];
}
