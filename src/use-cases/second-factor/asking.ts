/** Asks for an answer of a method: sends a code, or creates the challenge of a passkey. */
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import { challengeFor } from '../../domain/sign-in/challenge.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { Clock } from '../../ports/system.ts';
import type { AskPasskey } from './passkeys.ts';
import type { SendCode } from './sent-codes.ts';
import type { SignInContext } from './sign-in-context.ts';
import type { UndeliveredCodes } from './undelivered-codes.ts';
import type { UsableMethods } from './usable-methods.ts';

export interface AskingDeps {
  readonly methods: Methods;
  readonly sendCode: SendCode;
  readonly askPasskey: AskPasskey;
  readonly usableMethods: UsableMethods;
  readonly undeliveredCodes: Pick<UndeliveredCodes, 'includes'>;
  /** The address or number that codes of this factor go to. Null when there is none any more. */
  readonly destinationOf: (policyResult: PolicyResult, enrolment: Enrolment) => string | null;
  readonly clock: Clock;
}

/** A sent code, as its page shows it. */
export interface SentView {
  /** The id of the challenge. */
  readonly id: string | null;
  /** Masked, of a fixed length. */
  readonly destination: string;
  /** Milliseconds since the epoch. Null when no code is on its way. */
  readonly expiresAt: number | null;
}

export function createAsking({
  methods,
  sendCode,
  askPasskey,
  usableMethods,
  undeliveredCodes,
  destinationOf,
  clock,
}: AskingDeps) {
  /**
   * Sends a code or creates a passkey challenge, unless one is on its way and no new one is wanted. `seen` is the id of
   * the challenge that the page with the button showed. `resend` is null when nobody pressed the button.
   */
  async function ask(
    context: SignInContext,
    policyResult: PolicyResult,
    method: MethodName,
    resend: { readonly seen: string | null } | null = null,
  ): Promise<Outcome<SignInTransaction>> {
    const asked = methods.find(method);
    if (asked?.kind !== 'sent' && asked?.kind !== 'browser') return accepted(context.transaction);
    const { decision } = policyResult;
    if (decision.kind !== 'prove' || !decision.methods.includes(method))
      return refused({ code: 'method_not_allowed' });
    if (asked.kind === 'browser') return askPasskey(context.transaction);
    const sent = challengeFor(context.transaction.challenges, method, 'sign-in');
    const isGood = sent !== null && sent.expiresAt > clock.now();
    if (!resend && isGood && !(await undeliveredCodes.includes(sent))) return accepted(context.transaction);
    const destination = destinationFor(policyResult, method);
    if (destination === null) return refused(asked.unreachable);
    // No code is sent that could not be entered. A lock is refused, and written to the audit log, where codes are sent.
    const stop = (await usableMethods.stopsOf(context.transaction, policyResult)).get(method);
    if (stop?.code === 'too_many_attempts' && stop.retryAt === null) return refused(stop);
    const { clientId, ip } = context;
    return sendCode(context.transaction, policyResult, {
      method,
      purpose: 'sign-in',
      destination,
      clientId,
      ip,
      seen: resend?.seen ?? null,
      locale: context.localeOf(policyResult),
    });
  }

  /** Whether the page of a method can be shown: its code is on its way, its passkey challenge exists. */
  function isAsked(transaction: SignInTransaction, policyResult: PolicyResult, method: MethodName): boolean {
    if (methods.find(method)?.kind === 'browser')
      return challengeFor(transaction.challenges, method, 'sign-in') !== null;
    const sent = sentBy(transaction, policyResult, method);
    return sent === null || sent.expiresAt !== null;
  }

  /** The sent code of a method, as its page shows it. Null for a method that sends none. */
  function sentBy(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    method: MethodName,
  ): SentView | null {
    const sender = methods.sent(method);
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

  /** Whether the newest code of the method was refused for good after it was sent. */
  function isUndelivered({ challenges }: SignInTransaction, method: MethodName): Promise<boolean> {
    return undeliveredCodes.includes(methods.sent(method) && challengeFor(challenges, method, 'sign-in'));
  }

  function destinationFor(policyResult: PolicyResult, method: MethodName): string | null {
    const enrolment = policyResult.enrolments.find((each) => each.method === method);
    return enrolment ? destinationOf(policyResult, enrolment) : null;
  }

  return { ask, isAsked, sentBy, isUndelivered };
}
