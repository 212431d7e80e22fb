/** The second factor of a sign-in: an answer is counted, compared, claimed, and noted as a proof. */

import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { CheckAnswer } from '../../domain/methods/answer.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { isSent, type MethodName } from '../../domain/methods/method.ts';
import { withProof } from '../../domain/policy/assurance.ts';
import type { Demand, Facts, Judge, Judgement } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import type { Answerer, Guesses } from '../../domain/sign-in/attempts.ts';
import { challengeFor, SENT_DIGITS } from '../../domain/sign-in/challenge.ts';
import type { AskPasskey, SendCode } from '../../domain/sign-in/sending.ts';
import { orTwin, type Progress } from '../../domain/sign-in/transaction.ts';
import type { ProgressStore } from '../../ports/stores.ts';
import type { Clock, Trail } from '../../ports/system.ts';

interface Needs {
  readonly judge: Judge;
  readonly methods: Methods;
  readonly check: CheckAnswer;
  readonly guesses: Guesses;
  readonly sendCode: SendCode;
  readonly askPasskey: AskPasskey;
  /** Where codes of this factor go; null: nowhere any more. */
  readonly destinationOf: (judgement: Judgement, enrolment: Enrolment) => string | null;
  /** Told once a recovery code was used. */
  readonly onRecovery: (judgement: Judgement, address: string) => Promise<void>;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly trail: Trail;
  readonly clock: Clock;
}

/** One sign-in before its end: how far it is, and what is demanded of it. */
export interface Standing {
  readonly progress: Progress;
  readonly demand: Demand;
  readonly clientId: string;
  readonly address: string;
  /** The browser, by the name under which trust in it would be kept; null: it says nothing. */
  readonly trustedBrowserId?: string | null;
  /** What was read of the account in this request. */
  readonly facts?: Facts | null | undefined;
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

export function createSecondFactor(needs: Needs) {
  const { judge, methods, guesses, progress, trail, clock } = needs;

  /** What the policy says of this sign-in now; null when its account is gone. */
  async function standing({
    progress: { accountId, proofs, later },
    demand,
    facts,
    trustedBrowserId,
  }: Standing): Promise<Judgement | null> {
    const occasion = later ? 'later' : 'sign-in';
    return judge({ accountId, facts, proofs, demand, occasion, trustedBrowserId });
  }

  /** `goOn`: what comes after it, begun with what is still to be noted, so that all of that is one commit. */
  async function verifyCode(
    at: Standing,
    method: MethodName,
    typed: Typed,
    goOn: (reached: Progress) => Promise<void> = async () => {},
  ): Promise<Outcome<Progress>> {
    const judgement = await standing(at);
    if (!judgement) return refused({ code: 'session_expired' });
    const { decision, lockout } = judgement;
    const line = { ...lineOf(at, judgement), method };
    const no = (refusal: Refusal) => guesses.refuse(line, refusal);
    const goneOn = async (reached: Progress) => {
      await goOn(reached);
      return accepted(reached);
    };
    // A second click of an impatient finger: the factor was given, and the sign-in goes on.
    if (decision.kind === 'satisfied') return goneOn(at.progress);
    if (decision.kind !== 'prove' || !decision.methods.includes(method)) {
      return no({ code: 'method_not_allowed' });
    }

    const { progress: begun, demand } = at;
    const guess = await guesses.count({ ...line, lockout, visit: begun.uid });
    if (!guess.ok) return guess;
    const found = await needs.check(method, { progress: begun, judgement, demand, typed: typed.code });
    if (found.kind !== 'accepted') {
      const { left, failed } = guess.value;
      if (found.kind === 'refused') return failed(found.refusal, found.reason);
      if (found.kind === 'used') return failed({ code: 'code_used' });
      if (found.kind === 'expired') return failed({ code: 'code_expired' });
      return failed({ code: 'code_invalid', attemptsLeft: left, clockOffSeconds: found.clockOffSeconds });
    }

    const { enrolmentId, passkey } = found;
    const proof = { method, enrolmentId, at: clock.now(), ...(passkey && { passkey }) };
    const next: Progress = {
      ...begun,
      ...found.spent,
      proofs: withProof(begun.proofs, proof),
      trustBrowser: begun.trustBrowser || typed.trustBrowser,
    };
    const kept = await progress.save(next);
    if (!kept) {
      const twin = await twinOf(begun, ({ proofs }) =>
        proofs.some((each) => each.enrolmentId === enrolmentId),
      );
      if (twin.ok) return goneOn(twin.value);
      // A newer code was sent in this very moment: that one is good.
      return found.spent.challenges ? no({ code: 'code_expired' }) : twin;
    }
    // The claim keeps the code from being good again meanwhile.
    const noted = [noteAccepted(line, judgement), found.note(), guess.value.succeeded()];
    const [reached] = await Promise.all([goneOn(kept), ...noted]);
    return reached;
  }

  async function noteAccepted(line: Answerer, judgement: Judgement): Promise<void> {
    await trail({ ...line, event: 'second_factor.accepted' });
    if (line.method === 'recovery') await needs.onRecovery(judgement, line.address);
  }

  async function twinOf(at: Progress, isSame: (kept: Progress) => boolean): Promise<Outcome<Progress>> {
    return orTwin(at, await progress.find(at.uid, clock.now()), isSame);
  }

  /**
   * Asks for what a method needs: sends a code, or asks for a passkey, unless one is on its way already and no new one
   * is wanted. `seen` is the sending that the page with the button told of; null: the button was not pressed.
   */
  async function ask(
    at: Standing,
    judgement: Judgement,
    method: MethodName,
    resend: { readonly seen: string | null } | null = null,
  ): Promise<Outcome<Progress>> {
    if (!isSent(method) && method !== 'passkey') return accepted(at.progress);
    const { decision } = judgement;
    if (decision.kind !== 'prove' || !decision.methods.includes(method))
      return refused({ code: 'method_not_allowed' });
    if (method === 'passkey') return needs.askPasskey(at.progress);
    const sent = challengeFor(at.progress.challenges, method, 'sign-in');
    if (!resend && sent && sent.expiresAt > clock.now()) return accepted(at.progress);
    const destination = destinationFor(judgement, method);
    if (destination === null) return refused({ code: unreachable(method) });
    const { clientId, address } = at;
    return needs.sendCode(at.progress, judgement, {
      method,
      purpose: 'sign-in',
      destination,
      clientId,
      address,
      seen: resend?.seen ?? null,
    });
  }

  /** Whether the page of a method has all that it shows: its code is on its way, its passkey asked for. */
  function isAsked(at: Progress, judgement: Judgement, method: MethodName): boolean {
    if (method === 'passkey') return challengeFor(at.challenges, method, 'sign-in') !== null;
    const sent = sentBy(at, judgement, method);
    return sent === null || sent.expiresAt !== null;
  }

  /** What the page of a sent code tells; null for a method that sends none. */
  function sentBy(at: Progress, judgement: Judgement, method: MethodName): SentView | null {
    const sender = isSent(method) ? methods[method] : null;
    const destination = destinationFor(judgement, method);
    if (!sender || destination === null) return null;
    const sent = challengeFor(at.challenges, method, 'sign-in');
    const isGood = sent !== null && sent.expiresAt > clock.now();
    return {
      id: sent?.id ?? null,
      destination: sender.masked(destination),
      expiresAt: isGood ? sent.expiresAt : null,
    };
  }

  function destinationFor(judgement: Judgement, method: MethodName): string | null {
    const enrolment = judgement.enrolments.find((each) => each.method === method);
    return enrolment ? needs.destinationOf(judgement, enrolment) : null;
  }

  /** Puts a set-up off while grace lasts; the answer holds for this sign-in. */
  async function postpone(at: Standing): Promise<Outcome<Progress>> {
    const judgement = await standing(at);
    if (!judgement) return refused({ code: 'session_expired' });
    const { decision } = judgement;
    if (decision.kind !== 'set-up' || decision.laterUntil === null) return refused({ code: 'enforced' });
    const next = { ...at.progress, later: true };
    const kept = await progress.save(next);
    if (!kept) return twinOf(next, ({ later }) => later);
    await trail({ ...lineOf(at, judgement), event: 'second_factor.postponed' });
    return accepted(kept);
  }

  /** How many digits the codes of a method have; null where they are no digits. */
  function digitsOf(method: MethodName): number | null {
    if (method === 'totp') return methods.totp.digits;
    return method === 'recovery' ? null : SENT_DIGITS;
  }

  return { standing, verifyCode, ask, isAsked, sentBy, postpone, digitsOf };
}

function lineOf({ clientId, address }: Standing, { account }: Judgement) {
  return { accountId: account.id, tenantId: account.tenantId, clientId, address };
}

function unreachable(method: 'email' | 'sms'): 'email_unconfirmed' | 'phone_invalid' {
  return method === 'email' ? 'email_unconfirmed' : 'phone_invalid';
}

export type SecondFactorUseCase = ReturnType<typeof createSecondFactor>;
