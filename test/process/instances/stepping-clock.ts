/** Loaded before the program whose clock a test moves. */
import { moveMachine } from '../../http/oidc/machine-clock.ts';
import { CLOCK_STEPPED, toNextStep } from './clock-steps.ts';

const clock = moveMachine();
process.on('SIGUSR2', () => {
  toNextStep(clock);
  process.stdout.write(`${JSON.stringify({ event: CLOCK_STEPPED })}\n`);
});
