/** Deletes expired rows from the stores, every minute. */
import type { Clock } from '../ports/system.ts';
import type { Job } from './runner.ts';

interface SweepingDeps {
  /** Removes what has expired at `now`, and audit events that are older than `auditRetentionMs`. */
  readonly sweep: (now: number, auditRetentionMs: number) => Promise<unknown>;
  readonly auditRetentionDays: number;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
  /** Default: one minute. */
  readonly everyMs?: number;
}

const EVERY_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export function createSweeping({
  sweep,
  auditRetentionDays,
  clock,
  onFailure,
  everyMs = EVERY_MS,
}: SweepingDeps): Job {
  return {
    name: 'sweeping',
    everyMs,
    run: () => sweep(clock.now(), auditRetentionDays * DAY_MS),
    onFailure,
  };
}
