/** A clock that stands still until a test moves it. */
import type { Clock } from '../../../src/ports/system.ts';

export interface SettableClock extends Clock {
  /** Milliseconds since the epoch. */
  set(now: number): void;
  nextStep(milliseconds: number): void;
}

export function createSettableClock(start: number): SettableClock {
  let now = start;
  return {
    now: () => now,
    set(next) {
      now = next;
    },
    nextStep(milliseconds) {
      now += milliseconds;
    },
  };
}
