/** Composes mailings in the background: their pages, and what carries them out. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CampaignsDeps } from '../../http/admin/campaigns/routes.ts';
import { createBeginCampaign } from '../../use-cases/administration/campaigns/begin-campaign.ts';
import { createCampaignRun } from '../../use-cases/administration/campaigns/carry-out.ts';
import { createCampaignReview } from '../../use-cases/administration/campaigns/review-campaigns.ts';
import type { PeopleLists } from '../../use-cases/administration/people/people-lists.ts';
import type { Server } from '../composition.ts';
import { activationOf, mailLimitsOf } from './activation.ts';
import { peopleOf } from './people.ts';

type PageDeps = Omit<CampaignsDeps, 'writeTable' | 'forms' | 'render'>;

export function campaignPagesOf({ parts, events }: Server, peopleLists: PeopleLists): PageDeps {
  const { stores, clock, random } = parts;
  const { administration, campaigns } = stores;
  const limits = mailLimitsOf({ parts });
  return {
    beginCampaign: createBeginCampaign({ campaigns, peopleLists, limits, events, clock, random }),
    campaignReview: createCampaignReview({ campaigns, administration, events, clock }),
    wait: (ms, signal) => pause(ms, undefined, { ref: false, signal }).catch(() => {}),
  };
}

/** The newest configuration carries out the mailings of the process. */
export function carryOutCampaigns(server: Server): void {
  const { config, parts, events } = server;
  const { accounts, campaigns, onceKeys, people } = parts.stores;
  parts.campaigns.use(
    createCampaignRun({
      campaigns,
      accounts,
      onceKeys,
      peopleLists: peopleOf(server, people).peopleLists,
      activation: activationOf(server),
      tenants: config.tenants,
      around: { events, clock: parts.clock },
    }),
  );
}
