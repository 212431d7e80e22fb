/** Keeps a guest's stores small for as long as they are open, and closes them. */
import { startSweeper } from '../adapters/embedded/sweeper.ts';
import { systemClock } from '../adapters/system/clock.ts';

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

const EVERY_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The result stops it, waits for what is under way, and closes the stores. */
export function startUpkeepOf({ sweep, close }: Kept, options: UpkeepOptions): () => Promise<void> {
  const { auditRetentionDays = 365, onFailure = () => {} } = options;
  const stop = startSweeper({
    sweep: (now) => sweep(now, auditRetentionDays * DAY_MS),
    clock: systemClock,
    everyMs: EVERY_MS,
    onFailure,
  });
  return async () => {
    await stop();
    await close();
  };
}
