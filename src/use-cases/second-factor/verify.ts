/**
 * The second factor of a sign-in. An answer is counted and compared, its once-only key is claimed, and the sign-in
 * transaction gets a new authentication event.
 */

import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { Method, Rejection } from '../../domain/methods/contract.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { withAuthentication } from '../../domain/policy/assurance.ts';
import type { AccountSnapshot, PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import type { Attempt } from '../../domain/sign-in/attempts.ts';
import { beganAt, hasSignInEnded } from '../../domain/sign-in/ending.ts';
import { resolveConcurrentSave, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore, OnceStore, TransactionStore } from '../../ports/stores.ts';
import { createPendingEvents, type PendingEvents } from '../events/pending-events.ts';
import {
  type AcceptedNote,
  type AcceptedNotesDeps,
  createAcceptedNotes,
  NOTHING_NOTED,
} from './accepted-notes.ts';
import { type AskingDeps, createAsking } from './asking.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';
import type { CheckAnswer } from './check-answer.ts';
import type { EvaluatePolicy } from './evaluate-policy.ts';
import type { SignInContext } from './sign-in-context.ts';
import type { Place } from './trusted-browsers.ts';

interface SecondFactorDeps extends AcceptedNotesDeps, AskingDeps {
  readonly evaluatePolicy: EvaluatePolicy;
  readonly check: CheckAnswer;
  /** Ends the trust in the browser when its token is outdated. */
  readonly endOutdatedTrust: (policyResult: PolicyResult, place: Place) => Promise<PolicyResult>;
  readonly attemptLimiter: AttemptLimiter;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly enrolments: Pick<EnrolmentStore, 'setLastUsed'>;
  readonly onceKeys: Pick<OnceStore, 'claim'>;
}

/** A typed code, and whether this browser is to be trusted afterwards. */
export interface Typed {
  readonly code: string;
  readonly trustBrowser: boolean;
  /** Absent: the page did not say. */
  readonly canUsePasskeys?: boolean;
}

/** An accepted code. */
export interface VerifiedCode {
  /** The transaction with the new authentication event, as it is stored. */
  readonly transaction: SignInTransaction;
  /** The snapshot of before: the caller evaluates the new state from it without reading again. */
  readonly snapshot: AccountSnapshot;
  /**
   * The writes that are still under way: attempt counters, and which factor was used. The caller answers after them. It
   * may start the ending of the interaction beside them, so that SQLite commits all of it at once.
   */
  readonly pendingWrites: Promise<void>;
  /** That the code was accepted. The caller answers after it is stored, together with the end of the sign-in if it ends. */
  readonly pending: PendingEvents;
}

export function createSecondFactor(needs: SecondFactorDeps) {
  const { evaluatePolicy, methods, attemptLimiter, transactions, events, clock } = needs;
  const note = createAcceptedNotes(needs);
  const { ask, isAsked, sentBy, isUndelivered } = createAsking(needs);

  /**
   * Evaluates the policy for this sign-in as it is now, and ends outdated trust. Null when its account is gone, or when
   * the sign-in has ended: the person starts again.
   */
  async function evaluate({
    transaction: { uid, accountId, authentications, later },
    requested,
    snapshot,
    trustToken,
    ip,
    clientId,
    pending,
  }: SignInContext): Promise<PolicyResult | null> {
    const occasion = later ? 'later' : 'sign-in';
    const question = { accountId, snapshot, authentications, requested, occasion, trustToken } as const;
    const policyResult = await evaluatePolicy(question);
    if (policyResult && hasSignInEnded(authentications, policyResult.account)) {
      const line = { accountId, tenantId: policyResult.account.tenantId, clientId, ip };
      const once = { key: uid, atMs: beganAt(authentications) };
      await events.append({ ...line, name: 'sign_in.refused', reason: 'sign_in_ended', once });
      return null;
    }
    return policyResult && needs.endOutdatedTrust(policyResult, { ip, clientId, pending });
  }

  /**
   * Counts, compares and claims one answer, and saves the authentication that it proves. The once-only key of the code
   * is stored before the transaction is, so that no crash leaves a code that can be used again.
   */
  async function verifyCode(
    context: SignInContext,
    method: MethodName,
    typed: Typed,
  ): Promise<Outcome<VerifiedCode>> {
    const policyResult = await evaluate(context);
    if (!policyResult) return refused({ code: 'session_expired' });
    const { decision, lockout } = policyResult;
    const line = { ...lineOf(context, policyResult), method };
    const verified = (
      transaction: SignInTransaction,
      noted: AcceptedNote = NOTHING_NOTED,
      ...writes: Promise<unknown>[]
    ) =>
      accepted({
        transaction,
        snapshot: policyResult,
        pendingWrites: allOf([noted.written, ...writes]),
        pending: createPendingEvents(events, noted.waiting),
      });
    // The second submission of a form that a person sent twice: the first one was accepted, and the sign-in goes on.
    // The process may have died before it noted the first one.
    if (decision.kind === 'satisfied')
      return verified(context.transaction, note.earlier(line, policyResult, context.transaction));
    if (decision.kind !== 'prove' || !decision.methods.includes(method))
      return attemptLimiter.refuse(line, { code: 'method_not_allowed' });

    const { transaction: before, requested } = context;
    const request = { ...line, lockout, visit: before.uid };
    const read = methods.find(method)?.read(typed.code) ?? null;
    if (read === null) return attemptLimiter.refuseText(request);
    const attempt = await attemptLimiter.count(request);
    if (!attempt.ok) return attempt;
    const asked = { transaction: before, policyResult, requested, answer: read };
    const answer = await needs.check(method, asked);
    if (answer.kind !== 'accepted') return refuseAnswer(attempt.value, answer);

    const { enrolmentId, passkey } = answer;
    const authentication = { method, enrolmentId, atMs: clock.now(), ...(passkey && { passkey }) };
    const kept = await transactions.save({
      ...before,
      ...answer.spent,
      authentications: withAuthentication(before.authentications, authentication),
      trustBrowser: before.trustBrowser || typed.trustBrowser,
      canUsePasskeys: before.canUsePasskeys || typed.canUsePasskeys === true,
    });
    if (!kept) {
      const concurrent = await concurrentSaveOf(before, ({ authentications }) =>
        authentications.some((each) => each.enrolmentId === enrolmentId),
      );
      if (concurrent.ok) return verified(concurrent.value);
      // A newer code was sent meanwhile, and that one counts.
      return answer.spent.challenges ? attemptLimiter.refuse(line, { code: 'code_expired' }) : concurrent;
    }
    const { value: counted } = attempt;
    return verified(
      kept,
      note.accepted(line, policyResult, kept, authentication, answer),
      attemptLimiter.succeed(counted),
      noteUse(policyResult, enrolmentId),
    );
  }

  /** For the chooser, which shows the method used last first. A person with one method never sees it. */
  async function noteUse({ account, enrolments }: PolicyResult, enrolmentId: string): Promise<void> {
    const factors = enrolments.filter(isFactor);
    const used = factors.find(({ id }) => id === enrolmentId);
    const isChoice = factors.some(({ method }) => method !== used?.method);
    if (used && isChoice && !used.isLastUsed) await needs.enrolments.setLastUsed(account.id, enrolmentId);
  }

  function refuseAnswer(attempt: Attempt, answer: Rejection): Promise<Outcome<never>> {
    switch (answer.kind) {
      case 'refused':
        return attemptLimiter.fail(attempt, answer.refusal, answer.reason);
      case 'used':
        return attemptLimiter.fail(attempt, { code: 'code_used' });
      case 'expired':
        return attemptLimiter.fail(attempt, { code: 'code_expired' });
      case 'wrong': {
        const { clockOffSeconds } = answer;
        const refusal = { code: 'code_invalid', attemptsLeft: attempt.left, clockOffSeconds } as const;
        return attemptLimiter.fail(attempt, refusal);
      }
    }
  }

  async function concurrentSaveOf(
    transaction: SignInTransaction,
    isSame: (kept: SignInTransaction) => boolean,
  ): Promise<Outcome<SignInTransaction>> {
    return resolveConcurrentSave(transaction, await transactions.find(transaction.uid, clock.now()), isSame);
  }

  /** Postpones an enrolment while grace lasts. The answer holds for this sign-in. */
  async function postpone(
    context: SignInContext,
    policyResult: PolicyResult,
  ): Promise<Outcome<SignInTransaction>> {
    const { decision } = policyResult;
    if (decision.kind !== 'set-up' || decision.laterUntil === null) return refused({ code: 'enforced' });
    const next = { ...context.transaction, later: true };
    const kept = await transactions.save(next);
    if (!kept) return concurrentSaveOf(next, ({ later }) => later);
    const { account } = policyResult;
    // One mail for each grace, and an audit line for each sign-in.
    const isFirst = await needs.onceKeys.claim(`grace-told:${account.id}`, decision.laterUntil);
    const until = isFirst ? decision.laterUntil : null;
    const line = lineOf(context, policyResult);
    await events.append({ ...line, name: 'second_factor.postponed', account, until });
    return accepted(kept);
  }

  /** The number of digits of a method's codes. Null when the codes are not numeric. */
  function digitsOf(method: MethodName): number | null {
    return methods.find(method)?.digits ?? null;
  }

  /** The page that asks for a method, and the field of its form that holds the answer. */
  function promptOf(method: MethodName): Method['prompt'] | null {
    return methods.find(method)?.prompt ?? null;
  }

  const { stopsOf } = needs.usableMethods;
  return {
    evaluate,
    verifyCode,
    ask,
    isAsked,
    sentBy,
    isUndelivered,
    postpone,
    digitsOf,
    promptOf,
    stopsOf,
  };
}

function lineOf({ clientId, ip }: SignInContext, { account }: PolicyResult) {
  return { accountId: account.id, tenantId: account.tenantId, clientId, ip };
}

async function allOf(writes: readonly Promise<unknown>[]): Promise<void> {
  await Promise.all(writes);
}

export type SecondFactorUseCase = ReturnType<typeof createSecondFactor>;
