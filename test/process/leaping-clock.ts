/** Loaded before the program whose clock a test moves. */
import { moveMachine } from '../http/oidc/machine-clock.ts';
import { LEAPT, STEP_MS } from './leap.ts';

const clock = moveMachine();
process.on('SIGUSR2', () => {
  clock.advance(STEP_MS);
  process.stdout.write(`${JSON.stringify({ event: LEAPT })}\n`);
});
