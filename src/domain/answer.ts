/** What comes of an answer: the same for every method, so that counting, locking and noting are written once. */

import type { MethodName } from './method.ts';
import type { Judgement } from './policy.ts';
import type { Progress } from './progress.ts';

/** What is known of the sign-in in which it is given. */
export interface Asked {
  readonly progress: Progress;
  readonly judgement: Judgement;
  readonly typed: string;
}

export type Answer =
  | {
      readonly kind: 'accepted';
      readonly enrolmentId: string;
      /** What of the progress it uses up. */
      readonly spent: Partial<Pick<Progress, 'challenges'>>;
      /** What is left to be noted beside the progress. */
      note(): Promise<void>;
    }
  | { readonly kind: 'wrong'; readonly clockOffSeconds: number | null }
  | { readonly kind: 'used' }
  /** Right, or asked for, at another time: a new one is needed. */
  | { readonly kind: 'expired' };

/** Compares an answer with what is set up, and claims it. */
export type CheckAnswer = (method: MethodName, asked: Asked) => Promise<Answer>;
