/** The people of a run with their authenticator app: each gives one code in each time step, as often as it is accepted. */
import { totpCode } from '../test/support/totp.ts';
import { emailOf } from './seed.ts';
import { SECRET } from './settings.ts';

const STEP_MS = 30_000;

export interface Person {
  readonly email: string;
  /** The code of now, which is used up by this. */
  code(): Promise<string>;
}

export interface People {
  readonly count: number;
  /** Somebody who has not given the code of this step; null: everybody has. */
  next(): Person | null;
  /** How many may sign in before the step is over. */
  readonly fresh: number;
  /** Milliseconds until everybody has a new code. */
  readonly wait: number;
}

/** `now` in milliseconds since the epoch. */
export function createPeople(count: number, now: () => number): People {
  const usedIn = new Array<number>(count).fill(-1);
  const step = () => Math.floor(now() / STEP_MS);
  let shown = { step: -1, code: '' };
  // In turn, so that whoever comes next has waited longest.
  let turn = 0;

  function codeOf(number: number): string {
    usedIn[number] = step();
    if (shown.step !== step()) shown = { step: step(), code: totpCode(SECRET, now()) };
    return shown.code;
  }

  return {
    count,
    next() {
      const number = turn % count;
      if ((usedIn[number] ?? 0) >= step()) return null;
      turn += 1;
      usedIn[number] = step();
      return { email: emailOf(number), code: async () => codeOf(number) };
    },
    get fresh() {
      return usedIn.filter((used) => used < step()).length;
    },
    get wait() {
      return (step() + 1) * STEP_MS - now();
    },
  };
}
