/** Offers new codes, and the set-up of a new phone, at the end of a sign-in with a recovery code. */
import { hasFactor, isFactor } from '../../domain/enrolment/enrolment.ts';
import { methodsToAdd } from '../../domain/enrolment/offer.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { FEW_LEFT } from '../../domain/methods/recovery-code.ts';
import { type AuthenticationEvent, isOfRecoveryCode } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { Recovery } from './recovery-codes.ts';

interface AfterRecoveryDeps {
  readonly recovery: Pick<Recovery, 'left'>;
  /** The methods that can be used now. */
  readonly available: () => readonly MethodName[];
}

/** The recovery codes of an account, and what a person may do about them. */
export interface RecoveryState {
  readonly left: number;
  readonly areFew: boolean;
  readonly canRenew: boolean;
  readonly canSetUp: boolean;
}

type Choice = { readonly kind: 'set-up'; readonly methods: readonly MethodName[]; readonly laterUntil: null };

export function createAfterRecovery({ recovery, available }: AfterRecoveryDeps) {
  /** The recovery code that completed this sign-in. Null when another factor did, and in a step-up. */
  function codeOf(
    { authentications, keepsAuthTime }: SignInTransaction,
    { decision }: PolicyResult,
  ): AuthenticationEvent | null {
    const newest = authentications.at(-1);
    const isFit = newest && keepsAuthTime === null && decision.kind === 'satisfied';
    return isFit && isOfRecoveryCode(newest) ? newest : null;
  }

  /**
   * Whether the page is shown. `prompt` is the parameter of the authorization request (OpenID Connect Core 3.1.2.1): an
   * application that names one gets that, and nothing in its way.
   */
  function isDue(transaction: SignInTransaction, policyResult: PolicyResult, prompt: unknown): boolean {
    return prompt === undefined && codeOf(transaction, policyResult) !== null;
  }

  async function stateOf(transaction: SignInTransaction, policyResult: PolicyResult): Promise<RecoveryState> {
    const { account, enrolments } = policyResult;
    const left = await recovery.left(policyResult);
    const usedAt = codeOf(transaction, policyResult)?.atMs ?? 0;
    const isNew = enrolments.some((each) => !isFactor(each) && each.createdAt > usedAt);
    const canRenew = account.frozenAt === null && hasFactor(enrolments) && !isNew;
    const canSetUp = choiceOf(transaction, policyResult) !== null;
    return { left, areFew: left <= FEW_LEFT, canRenew, canSetUp };
  }

  /** The methods that can be set up now, in the shape of a policy's decision. Null when there is none. */
  function choiceOf(transaction: SignInTransaction, policyResult: PolicyResult): Choice | null {
    if (codeOf(transaction, policyResult) === null || policyResult.account.frozenAt !== null) return null;
    const methods = methodsToAdd(policyResult, available());
    return methods.length > 0 ? { kind: 'set-up', methods, laterUntil: null } : null;
  }

  /** Whether a method was chosen, and is being set up. */
  function isTaken(transaction: SignInTransaction, policyResult: PolicyResult): boolean {
    return transaction.pendingEnrolment !== null && choiceOf(transaction, policyResult) !== null;
  }

  return { isDue, stateOf, choiceOf, isTaken };
}

export type AfterRecovery = ReturnType<typeof createAfterRecovery>;
