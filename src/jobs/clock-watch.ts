/**
 * Compares the clock of this process with those of its stores. Codes and locks are judged by time, so an instance whose
 * clock is wrong takes no answers until the clocks agree again.
 */
import type { Log } from '../ports/log.ts';
import type { Clock, StoreClock } from '../ports/system.ts';
import type { Job } from './runner.ts';

interface ClockWatchDeps {
  readonly clocks: readonly StoreClock[];
  readonly clock: Clock;
  /** Gets each difference, in milliseconds: positive when this process is ahead. */
  readonly note: (store: string, aheadMs: number) => void;
  readonly log: Log;
}

/** The store, and by how much this process is ahead of it. */
export interface ClockDifference {
  readonly store: string;
  readonly aheadMs: number;
}

export interface ClockWatch {
  /** The largest difference that is too large. Null: the clocks agree, as far as is known. */
  wrong(): ClockDifference | null;
  /** Compares now. The job does it every minute. */
  look(): Promise<void>;
  readonly job: Job;
}

/** A code lives for 90 seconds: a third of it may be lost to a wrong clock. */
const MOST_MS = 30_000;
const EVERY_MS = 60_000;

export function createClockWatch({ clocks, clock, note, log }: ClockWatchDeps): ClockWatch {
  const differences = new Map<string, number>();

  function wrong(): ClockDifference | null {
    const tooLarge = [...differences].filter(([, aheadMs]) => Math.abs(aheadMs) > MOST_MS);
    const [largest] = tooLarge.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
    return largest ? { store: largest[0], aheadMs: largest[1] } : null;
  }

  async function look(): Promise<void> {
    const before = wrong();
    const looks = await Promise.allSettled(clocks.map(compare));
    const after = wrong();
    if (after && after.store !== before?.store) log({ event: 'clock.wrong', reason: inWords(after) });
    if (before && !after) log({ event: 'clock.right_again' });
    const failed = looks.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** A store that is away leaves the earlier difference. */
  async function compare({ store, now }: StoreClock): Promise<void> {
    const asked = clock.now();
    const there = await now();
    // The store read its clock somewhere between the two moments.
    const aheadMs = (asked + clock.now()) / 2 - there;
    differences.set(store, aheadMs);
    note(store, aheadMs);
  }

  const onFailure = (error: unknown) => log({ event: 'clock.unknown', error });
  return {
    wrong,
    look: () => look().catch(onFailure),
    job: { name: 'clock watch', everyMs: EVERY_MS, run: look, onFailure },
  };
}

/** For operators: no address and no secret. */
export function inWords({ store, aheadMs }: ClockDifference): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `the clock of this server is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of ${store}`;
}
