/** All routes of the console. */
import { type AuditPageDeps, auditRoutes } from './audit/audit.ts';
import { type CampaignsDeps, campaignsRoutes } from './campaigns/routes.ts';
import type { ConsoleRoute } from './console.ts';
import { type InvitePageDeps, inviteRoutes } from './invite.ts';
import { type OverviewPageDeps, overviewRoutes } from './overview.ts';
import { type PersonPageDeps, personRoutes } from './person.ts';
import { type RequestPagesDeps, requestRoutes } from './requests.ts';
import { type SecurityPageDeps, securityRoutes } from './security/security.ts';
import { type UsersPageDeps, usersRoutes } from './users.ts';
import { type WhatIfPageDeps, whatIfRoutes } from './what-if.ts';

export type ConsoleDeps = OverviewPageDeps &
  UsersPageDeps &
  PersonPageDeps &
  InvitePageDeps &
  CampaignsDeps &
  RequestPagesDeps &
  SecurityPageDeps &
  AuditPageDeps &
  WhatIfPageDeps;

export function consoleRoutes(deps: ConsoleDeps): readonly ConsoleRoute[] {
  return [
    ...overviewRoutes(deps),
    ...usersRoutes(deps),
    ...personRoutes(deps),
    ...inviteRoutes(deps),
    ...campaignsRoutes(deps),
    ...requestRoutes(deps),
    ...securityRoutes(deps),
    ...auditRoutes(deps),
    ...whatIfRoutes(deps),
  ];
}
