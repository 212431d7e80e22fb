/** A mailing as the pages show it. */
import { shownEmail } from '../../../domain/account.ts';
import {
  CAMPAIGN_OUTCOMES,
  type CampaignState,
  doneIn,
  totalOf,
} from '../../../domain/administration/campaign.ts';
import type { ListedCampaign } from '../../../use-cases/administration/campaigns/review-campaigns.ts';
import type { CampaignStage, CampaignView } from '../../pages/models/console/campaign-pages.ts';
import { ADMIN_PATH } from '../console.ts';

export const CAMPAIGNS_PATH = `${ADMIN_PATH}/campaigns`;

export function campaignView(campaign: ListedCampaign): CampaignView {
  const { id, createdAt, endedAt, begunBy, search, groups, counts } = campaign;
  return {
    id,
    href: campaignPath(id),
    ...progressOf(campaign),
    createdAt,
    endedAt,
    begunBy: begunBy && shownEmail(begunBy.email),
    search,
    groups,
    outcomes: CAMPAIGN_OUTCOMES.flatMap((outcome) => {
      const count = counts[outcome] ?? 0;
      return count > 0 ? [{ outcome, count }] : [];
    }),
  };
}

export function progressOf(campaign: CampaignState): Pick<CampaignView, 'stage' | 'done' | 'total'> {
  return { stage: stageOf(campaign), done: doneIn(campaign), total: totalOf(campaign) };
}

function stageOf({ endedAt, pausedAt, isListed }: CampaignState): CampaignStage {
  if (endedAt !== null) return 'ended';
  if (pausedAt !== null) return 'paused';
  return isListed ? 'running' : 'preparing';
}

export function campaignPath(id: string): string {
  return `${CAMPAIGNS_PATH}/${encodeURIComponent(id)}`;
}

/** Null when none of them goes on. */
export function liveHrefOf(campaigns: readonly CampaignView[]): string | null {
  const ids = campaigns.filter(({ stage }) => goesOn(stage)).map(({ id }) => `id=${encodeURIComponent(id)}`);
  return ids.length === 0 ? null : `${CAMPAIGNS_PATH}/live?${ids.join('&')}`;
}

export function goesOn(stage: CampaignStage): boolean {
  return stage === 'preparing' || stage === 'running';
}
