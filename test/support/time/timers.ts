/** Timers that run when a test moves its clock. */
import type { Schedule } from '../../../src/adapters/delivery/mail-queue.ts';
import { createSettableClock, type SettableClock } from './clock.ts';

export interface Timers {
  readonly clock: Pick<SettableClock, 'now'>;
  readonly schedule: Schedule;
  /** How long it is until each that is set, in milliseconds, soonest first. */
  readonly due: () => number[];
  /** Moves the clock step by step, running what falls due on the way. */
  readonly advance: (milliseconds: number) => void;
}

export function createTimers(start: number): Timers {
  const clock = createSettableClock(start);
  const set = new Set<{ readonly at: number; readonly task: () => void }>();
  const inOrder = () => [...set].sort((a, b) => a.at - b.at);
  return {
    clock,
    schedule(task, afterMs) {
      const timer = { at: clock.now() + afterMs, task };
      set.add(timer);
      return () => void set.delete(timer);
    },
    due: () => inOrder().map(({ at }) => at - clock.now()),
    advance(milliseconds) {
      const end = clock.now() + milliseconds;
      for (;;) {
        const [next] = inOrder();
        if (next === undefined || next.at > end) break;
        set.delete(next);
        clock.set(next.at);
        next.task();
      }
      clock.set(end);
    },
  };
}
