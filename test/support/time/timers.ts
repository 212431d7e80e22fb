/** Timers that run when a test moves its clock. */
import type { Schedule } from '../../../src/jobs/delivery-queue.ts';
import { createSettableClock, type SettableClock } from './clock.ts';

export interface Timers {
  readonly clock: Pick<SettableClock, 'now'>;
  readonly schedule: Schedule;
  /** How long it is until each that is set, in milliseconds, soonest first. */
  readonly due: () => number[];
  /** Moves the clock step by step, running what falls due on the way. */
  readonly nextStep: (milliseconds: number) => void;
}

export function createTimers(start: number): Timers {
  const clock = createSettableClock(start);
  const set = new Set<{ readonly atMs: number; readonly task: () => void }>();
  const inOrder = () => [...set].sort((a, b) => a.atMs - b.atMs);
  return {
    clock,
    schedule(task, afterMs) {
      const timer = { atMs: clock.now() + afterMs, task };
      set.add(timer);
      return () => void set.delete(timer);
    },
    due: () => inOrder().map(({ atMs }) => atMs - clock.now()),
    nextStep(milliseconds) {
      const end = clock.now() + milliseconds;
      for (;;) {
        const [next] = inOrder();
        if (next === undefined || next.atMs > end) break;
        set.delete(next);
        clock.set(next.atMs);
        next.task();
      }
      clock.set(end);
    },
  };
}
