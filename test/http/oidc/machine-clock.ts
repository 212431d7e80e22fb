/** The clock of the whole machine: when a test moves it, the provider's library and the relying party move along. */
import type { SettableClock } from '../../support/time/clock.ts';

export interface MachineClock extends SettableClock {
  /** Gives the process its own time back. */
  restore(): void;
}

/** Replaces `Date` until `restore`: the library reads no clock that could be handed to it. */
export function moveMachine(): MachineClock {
  const Real = Date;
  let shift = 0;

  class ShiftedDate extends Real {
    constructor(...given: [] | ConstructorParameters<typeof Real>) {
      if (given.length === 0) super(Real.now() + shift);
      else super(...given);
    }

    static override now(): number {
      return Real.now() + shift;
    }
  }
  // Libraries that copy values tell a date by the name of its class.
  Object.defineProperty(ShiftedDate, 'name', { value: 'Date' });
  globalThis.Date = ShiftedDate as DateConstructor;

  return {
    now: () => Real.now() + shift,
    set(next) {
      shift = next - Real.now();
    },
    nextStep(milliseconds) {
      shift += milliseconds;
    },
    restore() {
      globalThis.Date = Real;
    },
  };
}

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
