/** Loaded before the program whose clock a test moves. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { moveMachine } from '../../http/oidc/machine-clock.ts';
import { CLOCK_STEPPED, toNextStep } from './clock-steps.ts';

/** In milliseconds: the interval of the job that compares the clock with those of the stores, which do not move along. */
const A_MINUTE = 60_000;

const pause = timers.setTimeout;
timers.setTimeout = (async (ms, value, options) =>
  pause(ms === A_MINUTE ? 2 ** 31 - 1 : ms, value, options)) as typeof pause;
syncBuiltinESMExports();

const clock = moveMachine();
process.on('SIGUSR2', () => {
  toNextStep(clock);
  process.stdout.write(`${JSON.stringify({ event: CLOCK_STEPPED })}\n`);
});
