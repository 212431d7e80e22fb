/** Keeps a guest's stores small for as long as they are open, and closes them. */
import { systemClock } from '../adapters/system/clock.ts';
import { startJobs } from '../jobs/runner.ts';
import { createSweeping } from '../jobs/sweeping.ts';

export interface UpkeepOptions {
  /** For how many days lines of the audit trail are kept. Default: 365. */
  readonly auditRetentionDays?: number;
  /** Told when tidying up failed. Default: nobody, for it is tried again a minute later. */
  readonly onFailure?: (error: unknown) => void;
}

interface Kept {
  readonly sweep: (now: number, auditRetentionMs: number) => Promise<number>;
  readonly close: () => void | Promise<void>;
}

/** The result stops it, waits for what is under way, and closes the stores. */
export function startUpkeepOf({ sweep, close }: Kept, options: UpkeepOptions): () => Promise<void> {
  const { auditRetentionDays = 365, onFailure = () => {} } = options;
  const stop = startJobs([createSweeping({ sweep, auditRetentionDays, clock: systemClock, onFailure })]);
  return async () => {
    await stop();
    await close();
  };
}
