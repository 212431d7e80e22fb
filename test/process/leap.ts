/** Time that leaps ahead to the next code of every authenticator app, in running programs. */
import type { SettableClock } from '../support/time/clock.ts';
import { STEP_MS } from '../support/totp.ts';
import type { Program } from './program.ts';

/** What a program says when its clock has leapt. */
export const LEAPT = 'clock.leapt';

/** Started with these, a program leaps at each SIGUSR2. */
export const LEAPING = { NODE_OPTIONS: `--import=${new URL('leaping-clock.ts', import.meta.url)}` };

/** To where the next code begins: it and the one before it are good for as long as can be. */
export function toNextStep(clock: SettableClock): void {
  clock.set((Math.floor(clock.now() / STEP_MS) + 1) * STEP_MS);
}

/** Resolves when all of them have leapt, and the test's own clock with them. */
export async function leap(programs: readonly Program[], clock: SettableClock): Promise<void> {
  const leapt = programs.map((program) => {
    const before = program.log().filter(({ event }) => event === LEAPT).length;
    program.signal('SIGUSR2');
    return program.logged(LEAPT, before + 1);
  });
  await Promise.all(leapt);
  toNextStep(clock);
}
