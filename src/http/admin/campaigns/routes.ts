/** The routes of mailings. A fixed address stands before one with an id. */
import type { ConsoleRoute } from '../console.ts';
import { type BeginPageDeps, beginRoutes } from './begin.ts';
import { type CampaignPagesDeps, campaignRoutes } from './campaigns.ts';
import { type LiveDeps, liveRoutes } from './live.ts';

export type CampaignsDeps = BeginPageDeps & CampaignPagesDeps & LiveDeps;

export function campaignsRoutes(deps: CampaignsDeps): readonly ConsoleRoute[] {
  return [...beginRoutes(deps), ...liveRoutes(deps), ...campaignRoutes(deps)];
}
