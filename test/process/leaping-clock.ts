/** Loaded before the program whose clock a test moves. */
import { moveMachine } from '../http/oidc/machine-clock.ts';
import { LEAPT, toNextStep } from './leap.ts';

const clock = moveMachine();
process.on('SIGUSR2', () => {
  toNextStep(clock);
  process.stdout.write(`${JSON.stringify({ event: LEAPT })}\n`);
});
