/** The interface to an accounts store that was restored from a backup, before a server uses it. */
import type { MethodName } from '../domain/methods/method.ts';

/** Each act may be repeated: after an interruption all of them are done again. */
export interface RestorationStore {
  /** Raises the last step of every enrolment of the method to this one at least. */
  raiseLastSteps(method: MethodName, step: number): Promise<void>;
  /** Removes the secret of every enrolment of the method, which stays as a sign that there was one. */
  removeSecrets(method: MethodName): Promise<void>;
  /** Removes what was issued, and what waits to be sent: sign-in records, tokens, trust, queued mail and notices. */
  removeIssued(): Promise<void>;
}
