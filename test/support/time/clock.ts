/** Clocks that a test moves: one that stands still until then, and one that goes on. */
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

/** A clock beside programs that have the time of the machine. */
export function createRunningClock(): SettableClock {
  let shift = 0;
  return {
    now: () => Date.now() + shift,
    set(next) {
      shift = next - Date.now();
    },
    nextStep(milliseconds) {
      shift += milliseconds;
    },
  };
}
