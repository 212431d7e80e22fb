/** The second factor of a sign-in: an answer is counted, compared, claimed, and noted as a proof. */

import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { CheckAnswer } from '../../domain/methods/answer.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { isSent, type MethodName } from '../../domain/methods/method.ts';
import { withAuthentication } from '../../domain/policy/assurance.ts';
import type {
  AccountSnapshot,
  EvaluatePolicy,
  PolicyResult,
  RequestedAssurance,
} from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import type { Answerer, AttemptLimiter } from '../../domain/sign-in/attempts.ts';
import { challengeFor, SENT_DIGITS } from '../../domain/sign-in/challenge.ts';
import type { AskPasskey, SendCode } from '../../domain/sign-in/sending.ts';
import { resolveConcurrentSave, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { AuditLog, Clock } from '../../ports/system.ts';

interface SecondFactorDeps {
  readonly evaluatePolicy: EvaluatePolicy;
  readonly methods: Methods;
  readonly check: CheckAnswer;
  readonly attemptLimiter: AttemptLimiter;
  readonly sendCode: SendCode;
  readonly askPasskey: AskPasskey;
  /** Where codes of this factor go; null: nowhere any more. */
  readonly destinationOf: (policyResult: PolicyResult, enrolment: Enrolment) => string | null;
  /** Told once a recovery code was used. */
  readonly onRecovery: (policyResult: PolicyResult, ip: string) => Promise<void>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
}

/** One sign-in before its end: how far it is, and what is demanded of it. */
export interface SignInContext {
  readonly transaction: SignInTransaction;
  readonly requested: RequestedAssurance;
  readonly clientId: string;
  readonly ip: string;
  /** The browser, by the name under which trust in it would be kept; null: it says nothing. */
  readonly trustedBrowserId?: string | null;
  /** What was read of the account in this request. */
  readonly snapshot?: AccountSnapshot | null | undefined;
}

/** What a person typed, and whether this browser is to be trusted afterwards. */
export interface Typed {
  readonly code: string;
  readonly trustBrowser: boolean;
}

/** A code that was sent, as its page tells of it. */
export interface SentView {
  /** Of the sending. */
  readonly id: string | null;
  /** Masked, of a fixed length. */
  readonly destination: string;
  /** Milliseconds since the epoch; null: none is on its way. */
  readonly expiresAt: number | null;
}

export function createSecondFactor(needs: SecondFactorDeps) {
  const { evaluatePolicy, methods, attemptLimiter, transactions, auditLog, clock } = needs;

  /** What the policy says of this sign-in now; null when its account is gone. */
  async function evaluate({
    transaction: { accountId, authentications, later },
    requested,
    snapshot,
    trustedBrowserId,
  }: SignInContext): Promise<PolicyResult | null> {
    const occasion = later ? 'later' : 'sign-in';
    return evaluatePolicy({ accountId, snapshot, authentications, requested, occasion, trustedBrowserId });
  }

  /** `goOn`: what comes after it, begun with what is still to be noted, so that all of that is one commit. */
  async function verifyCode(
    context: SignInContext,
    method: MethodName,
    typed: Typed,
    goOn: (reached: SignInTransaction) => Promise<void> = async () => {},
  ): Promise<Outcome<SignInTransaction>> {
    const policyResult = await evaluate(context);
    if (!policyResult) return refused({ code: 'session_expired' });
    const { decision, lockout } = policyResult;
    const line = { ...lineOf(context, policyResult), method };
    const no = (refusal: Refusal) => attemptLimiter.refuse(line, refusal);
    const goneOn = async (reached: SignInTransaction) => {
      await goOn(reached);
      return accepted(reached);
    };
    // A second click of an impatient finger: the factor was given, and the sign-in goes on.
    if (decision.kind === 'satisfied') return goneOn(context.transaction);
    if (decision.kind !== 'prove' || !decision.methods.includes(method)) {
      return no({ code: 'method_not_allowed' });
    }

    const { transaction: begun, requested } = context;
    const attempt = await attemptLimiter.count({ ...line, lockout, visit: begun.uid });
    if (!attempt.ok) return attempt;
    const found = await needs.check(method, {
      transaction: begun,
      policyResult,
      requested,
      typed: typed.code,
    });
    if (found.kind !== 'accepted') {
      const { left, failed } = attempt.value;
      if (found.kind === 'refused') return failed(found.refusal, found.reason);
      if (found.kind === 'used') return failed({ code: 'code_used' });
      if (found.kind === 'expired') return failed({ code: 'code_expired' });
      return failed({ code: 'code_invalid', attemptsLeft: left, clockOffSeconds: found.clockOffSeconds });
    }

    const { enrolmentId, passkey } = found;
    const authentication = { method, enrolmentId, atMs: clock.now(), ...(passkey && { passkey }) };
    const next: SignInTransaction = {
      ...begun,
      ...found.spent,
      authentications: withAuthentication(begun.authentications, authentication),
      trustBrowser: begun.trustBrowser || typed.trustBrowser,
    };
    const kept = await transactions.save(next);
    if (!kept) {
      const concurrent = await concurrentSaveOf(begun, ({ authentications }) =>
        authentications.some((each) => each.enrolmentId === enrolmentId),
      );
      if (concurrent.ok) return goneOn(concurrent.value);
      // A newer code was sent in this very moment: that one is good.
      return found.spent.challenges ? no({ code: 'code_expired' }) : concurrent;
    }
    // The claim keeps the code from being good again meanwhile.
    const noted = [noteAccepted(line, policyResult), found.note(), attempt.value.succeeded()];
    const [reached] = await Promise.all([goneOn(kept), ...noted]);
    return reached;
  }

  async function noteAccepted(line: Answerer, policyResult: PolicyResult): Promise<void> {
    await auditLog({ ...line, event: 'second_factor.accepted' });
    if (line.method === 'recovery') await needs.onRecovery(policyResult, line.ip);
  }

  async function concurrentSaveOf(
    transaction: SignInTransaction,
    isSame: (kept: SignInTransaction) => boolean,
  ): Promise<Outcome<SignInTransaction>> {
    return resolveConcurrentSave(transaction, await transactions.find(transaction.uid, clock.now()), isSame);
  }

  /**
   * Asks for what a method needs: sends a code, or asks for a passkey, unless one is on its way already and no new one
   * is wanted. `seen` is the sending that the page with the button told of; null: the button was not pressed.
   */
  async function ask(
    context: SignInContext,
    policyResult: PolicyResult,
    method: MethodName,
    resend: { readonly seen: string | null } | null = null,
  ): Promise<Outcome<SignInTransaction>> {
    if (!isSent(method) && method !== 'passkey') return accepted(context.transaction);
    const { decision } = policyResult;
    if (decision.kind !== 'prove' || !decision.methods.includes(method))
      return refused({ code: 'method_not_allowed' });
    if (method === 'passkey') return needs.askPasskey(context.transaction);
    const sent = challengeFor(context.transaction.challenges, method, 'sign-in');
    if (!resend && sent && sent.expiresAt > clock.now()) return accepted(context.transaction);
    const destination = destinationFor(policyResult, method);
    if (destination === null) return refused({ code: unreachable(method) });
    const { clientId, ip } = context;
    return needs.sendCode(context.transaction, policyResult, {
      method,
      purpose: 'sign-in',
      destination,
      clientId,
      ip,
      seen: resend?.seen ?? null,
    });
  }

  /** Whether the page of a method has all that it shows: its code is on its way, its passkey asked for. */
  function isAsked(transaction: SignInTransaction, policyResult: PolicyResult, method: MethodName): boolean {
    if (method === 'passkey') return challengeFor(transaction.challenges, method, 'sign-in') !== null;
    const sent = sentBy(transaction, policyResult, method);
    return sent === null || sent.expiresAt !== null;
  }

  /** What the page of a sent code tells; null for a method that sends none. */
  function sentBy(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    method: MethodName,
  ): SentView | null {
    const sender = isSent(method) ? methods[method] : null;
    const destination = destinationFor(policyResult, method);
    if (!sender || destination === null) return null;
    const sent = challengeFor(transaction.challenges, method, 'sign-in');
    const isGood = sent !== null && sent.expiresAt > clock.now();
    return {
      id: sent?.id ?? null,
      destination: sender.masked(destination),
      expiresAt: isGood ? sent.expiresAt : null,
    };
  }

  function destinationFor(policyResult: PolicyResult, method: MethodName): string | null {
    const enrolment = policyResult.enrolments.find((each) => each.method === method);
    return enrolment ? needs.destinationOf(policyResult, enrolment) : null;
  }

  /** Puts a set-up off while grace lasts; the answer holds for this sign-in. */
  async function postpone(context: SignInContext): Promise<Outcome<SignInTransaction>> {
    const policyResult = await evaluate(context);
    if (!policyResult) return refused({ code: 'session_expired' });
    const { decision } = policyResult;
    if (decision.kind !== 'set-up' || decision.laterUntil === null) return refused({ code: 'enforced' });
    const next = { ...context.transaction, later: true };
    const kept = await transactions.save(next);
    if (!kept) return concurrentSaveOf(next, ({ later }) => later);
    await auditLog({ ...lineOf(context, policyResult), event: 'second_factor.postponed' });
    return accepted(kept);
  }

  /** How many digits the codes of a method have; null where they are no digits. */
  function digitsOf(method: MethodName): number | null {
    if (method === 'totp') return methods.totp.digits;
    return method === 'recovery' ? null : SENT_DIGITS;
  }

  return { evaluate, verifyCode, ask, isAsked, sentBy, postpone, digitsOf };
}

function lineOf({ clientId, ip }: SignInContext, { account }: PolicyResult) {
  return { accountId: account.id, tenantId: account.tenantId, clientId, ip };
}

function unreachable(method: 'email' | 'sms'): 'email_unconfirmed' | 'phone_invalid' {
  return method === 'email' ? 'email_unconfirmed' : 'phone_invalid';
}

export type SecondFactorUseCase = ReturnType<typeof createSecondFactor>;
