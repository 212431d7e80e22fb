/** Carries out mailings in the background, in any process that serves. */
import type { Job } from './runner.ts';

type CarryOut = (signal?: AbortSignal) => Promise<void>;

/** One for a process. The newest configuration carries out. */
export interface CampaignRuns {
  use(carryOut: CarryOut): void;
  /** Does nothing before a configuration is in use. */
  carryOut: CarryOut;
}

interface CampaignsJobDeps {
  readonly campaigns: Pick<CampaignRuns, 'carryOut'>;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds: half of a slot, so that no slot is missed. */
const EVERY_MS = 1000;

export function createCampaignRuns(): CampaignRuns {
  let current: CarryOut = async () => {};
  return {
    use(carryOut) {
      current = carryOut;
    },
    carryOut: (signal) => current(signal),
  };
}

export function createCampaignsJob({ campaigns, onFailure }: CampaignsJobDeps): Job {
  return { name: 'campaigns', everyMs: EVERY_MS, startsAtOnce: true, run: campaigns.carryOut, onFailure };
}
