/** The pages on which a second factor is chosen and given, as their routes know them. */
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { InteractionContext } from './open-interaction.ts';

/** The page on which a method is chosen. */
export interface ChoicePage {
  readonly interaction: InteractionContext;
  readonly policyResult: PolicyResult;
  /** The methods that take an answer in this sign-in now. */
  readonly usable: readonly MethodName[];
}

/** The page on which a code is typed. */
export interface CodePage extends ChoicePage {
  readonly method: MethodName;
  /** Whether the box for trusting this browser is ticked. */
  readonly isTicked: boolean;
  /** Whether the newest code of the method was refused for good after it was sent. */
  readonly isUndelivered: boolean;
}
