/** Time that leaps ahead to the next code of every authenticator app, in running programs. */
import type { Program } from './program.ts';

/** RFC 6238, 4.1: the default. */
export const STEP_MS = 30_000;
/** What a program says when its clock has leapt. */
export const LEAPT = 'clock.leapt';

/** Started with these, a program leaps at each SIGUSR2. */
export const LEAPING = { NODE_OPTIONS: `--import=${new URL('leaping-clock.ts', import.meta.url)}` };

/** Resolves when all of them have leapt. */
export async function leap(programs: readonly Program[]): Promise<void> {
  const leapt = programs.map((program) => {
    const before = program.log().filter(({ event }) => event === LEAPT).length;
    program.signal('SIGUSR2');
    return program.logged(LEAPT, before + 1);
  });
  await Promise.all(leapt);
}
