/** Loaded before a program whose clock is wrong from its start. */
import { moveMachine } from '../../http/oidc/machine-clock.ts';

/** In milliseconds: more than the 30 seconds that are allowed. */
const AHEAD = 45_000;

moveMachine().nextStep(AHEAD);
