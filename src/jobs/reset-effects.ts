/** Carries out approved resets when their time has come, in any process that serves. */
import type { Job } from './runner.ts';

/** One for a process. The newest configuration carries out. */
export interface ResetRuns {
  use(carryOutDue: () => Promise<void>): void;
  /** Does nothing before a configuration is in use. */
  carryOutDue(): Promise<void>;
}

interface ResetEffectsJobDeps {
  readonly resets: Pick<ResetRuns, 'carryOutDue'>;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds. A cooling-off lasts hours. */
const EVERY_MS = 30_000;

export function createResetRuns(): ResetRuns {
  let current: () => Promise<void> = async () => {};
  return {
    use(carryOutDue) {
      current = carryOutDue;
    },
    carryOutDue: () => current(),
  };
}

export function createResetEffectsJob({ resets, onFailure }: ResetEffectsJobDeps): Job {
  return { name: 'resets', everyMs: EVERY_MS, startsAtOnce: true, run: resets.carryOutDue, onFailure };
}
