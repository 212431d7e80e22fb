/** Moves the clocks of running programs to the next time step of every authenticator app. */
import type { SettableClock } from '../../support/time/clock.ts';
import { STEP_MS } from '../../support/totp.ts';
import type { Program } from '../program.ts';

/** The log event of a program whose clock has moved. */
export const CLOCK_STEPPED = 'clock.stepped';

/** The environment of a program that moves its clock at each SIGUSR2. */
export const WITH_STEPPING_CLOCK = {
  NODE_OPTIONS: `--import=${new URL('stepping-clock.ts', import.meta.url)}`,
};

/** The start of a step: its code and the one before it stay valid for the longest time there. */
export function toNextStep(clock: SettableClock): void {
  clock.set((Math.floor(clock.now() / STEP_MS) + 1) * STEP_MS);
}

/** Resolves when the clocks of all programs and of the test have moved. */
export async function stepClocks(programs: readonly Program[], clock: SettableClock): Promise<void> {
  const stepped = programs.map((program) => {
    const before = program.log().filter(({ event }) => event === CLOCK_STEPPED).length;
    program.signal('SIGUSR2');
    return program.logged(CLOCK_STEPPED, before + 1);
  });
  await Promise.all(stepped);
  toNextStep(clock);
}
