/** Asking somebody for a code that is sent, or for a passkey, within one visit. */
import type { Sending } from './challenge.ts';
import type { Judgement } from './policy.ts';
import type { Progress } from './progress.ts';
import type { Outcome } from './refusal.ts';

/** Sends a new code in the place of an older one; the progress it gives knows of it. */
export type SendCode = (at: Progress, judgement: Judgement, what: Sending) => Promise<Outcome<Progress>>;

/** Makes the random value that a passkey signs, unless one waits already; the progress it gives knows of it. */
export type AskPasskey = (at: Progress) => Promise<Outcome<Progress>>;
