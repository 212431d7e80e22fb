/** The steps of an enrolment that send a code to the account's own address, or to the contact that is enrolled. */

import { readPass } from '../../domain/codes/temporary-pass.ts';
import { phoneOf, regionsOf, shownPhone } from '../../domain/contact.ts';
import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { type EnrolmentStep, enrolmentStepOf, type Visitor } from '../../domain/enrolment/steps.ts';
import type { SentMethod } from '../../domain/methods/contract.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import {
  challengeFor,
  checkSentCode,
  type Purpose,
  type Sending,
  withoutChallenge,
} from '../../domain/sign-in/challenge.ts';
import type { PendingEnrolment, SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import { confirmAddress } from '../account/confirm-address.ts';
import type { AttemptLimiter } from '../second-factor/attempt-limiter.ts';
import type { SendCode } from '../second-factor/sent-codes.ts';
import type { UndeliveredCodes } from '../second-factor/undelivered-codes.ts';
import type { TemporaryPasses } from './temporary-passes.ts';

export interface EnrolmentCodesDeps {
  readonly methods: Pick<Methods, 'sent' | 'toAddress'>;
  readonly accounts: Pick<AccountStore, 'confirmEmail' | 'setPhone'>;
  readonly attemptLimiter: AttemptLimiter;
  readonly sendCode: SendCode;
  readonly undeliveredCodes: Pick<UndeliveredCodes, 'includes'>;
  /** Beginnings of the numbers that are sent to; null: any number. */
  readonly smsLimits: { readonly allowedPrefixes: readonly string[] | null };
  /** Null where nobody issues passes. */
  readonly temporaryPasses: Pick<TemporaryPasses, 'use'> | null;
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt' | 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A code that was sent during an enrolment. */
export interface EnrolmentCodeView {
  readonly id: string | null;
  /** Masked, but for a number that was just typed: its typist looks for the mistake in it. Null while none was given. */
  readonly destination: string | null;
  /** Milliseconds since the epoch. Null when no valid code is on its way. */
  readonly expiresAt: number | null;
  /** Whether a code was requested at all. */
  readonly isSent: boolean;
}

/** A form that asks for the code of a step. */
type SendingForm = Visitor & Pick<Sending, 'seen' | 'locale'> & { readonly phone: string | null };

/** The method and the purpose of the code of a step. */
interface Asked {
  readonly method: SentMethod;
  readonly purpose: Purpose;
}

export function createEnrolmentCodes(needs: EnrolmentCodesDeps) {
  const { methods, accounts, attemptLimiter, sendCode, undeliveredCodes, smsLimits, cipher, events, clock } =
    needs;

  /** Null at a step that sends nothing. */
  function askedAt(step: EnrolmentStep): Asked | null {
    if (step === 'recovery-codes') return null;
    const method = step === 'proof' ? methods.toAddress : methods.sent(step);
    return method && { method, purpose: step === 'proof' ? 'set-up-proof' : 'set-up' };
  }

  /** Sends the code of a step: to the account's address, to the number typed, or again to the previous number. */
  async function send(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: EnrolmentStep,
    { phone, ...from }: SendingForm,
  ): Promise<Outcome<SignInTransaction>> {
    const { pendingEnrolment: pending } = transaction;
    const asked = askedAt(step);
    if (!asked || !pending || step !== enrolmentStepOf(transaction, policyResult))
      return refused({ code: 'session_expired' });
    const what = { method: asked.method.name, purpose: asked.purpose, ...from };
    if (asked.method.sends === 'address')
      return sendCode(transaction, policyResult, { ...what, destination: policyResult.account.email });
    const regions = regionsOf(policyResult.tenant, from.locale, smsLimits.allowedPrefixes);
    const number = phone === null ? numberIn(pending, policyResult) : phoneOf(phone, regions);
    if (number === null) return refused({ code: 'phone_invalid' });
    const pendingEnrolment = {
      ...pending,
      secret: cipher.encrypt(number, pendingPurpose(pending, policyResult)),
    };
    return sendCode(transaction, policyResult, { ...what, destination: number }, { pendingEnrolment });
  }

  /** The code of a step, for its page. Throws at a step that sends nothing. */
  function sentBy(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: EnrolmentStep,
  ): EnrolmentCodeView {
    const asked = askedAt(step);
    if (!asked) throw new Error(`nothing is sent at the step ${step}`);
    const { method, purpose } = asked;
    const sent = challengeFor(transaction.challenges, method.name, purpose);
    const destination = destinationOf(transaction, policyResult, method);
    return {
      id: sent?.id ?? null,
      destination: destination && (method.sends === 'number' ? shownPhone : method.masked)(destination),
      expiresAt: sent && sent.expiresAt > clock.now() ? sent.expiresAt : null,
      isSent: sent !== null,
    };
  }

  /** Whether the newest code of a step was refused for good after it was sent. */
  async function isUndelivered({ challenges }: SignInTransaction, step: EnrolmentStep): Promise<boolean> {
    const asked = askedAt(step);
    return undeliveredCodes.includes(asked && challengeFor(challenges, asked.method.name, asked.purpose));
  }

  /** Why a step takes no code now: the account waits, or the visit has no attempts left. Null: it takes one. */
  async function stopOf(
    { uid }: SignInTransaction,
    { account, lockout }: PolicyResult,
    step: EnrolmentStep,
  ): Promise<Refusal | null> {
    const asked = askedAt(step);
    if (!asked) return null;
    if (lockout.lockedUntil > clock.now()) return { code: 'too_many_attempts', retryAt: lockout.lockedUntil };
    const visit = visitOf(uid, asked.purpose);
    const stopped = await attemptLimiter.exhausted({ accountId: account.id, visit, lockout }, [
      asked.method.name,
    ]);
    return stopped.length > 0 ? { code: 'too_many_attempts', retryAt: null } : null;
  }

  /** Checks the code of a step. The attempt is counted as at a sign-in, since a guesser has the password already. */
  async function answer(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: EnrolmentStep,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const asked = askedAt(step);
    if (!asked) return refused({ code: 'session_expired' });
    const { purpose } = asked;
    const method = asked.method.name;
    const { tenant, lockout } = policyResult;
    const line = eventDetailsOf(policyResult, method, from);
    const sent = challengeFor(transaction.challenges, method, purpose);
    const destination = destinationOf(transaction, policyResult, asked.method);
    if (!sent || destination === null) return attemptLimiter.refuse(line, { code: 'code_expired' });
    const request = { ...line, lockout, visit: visitOf(transaction.uid, purpose) };
    const code = asked.method.read(typed);
    if (code === null) return attemptLimiter.refuseText(request);
    const attempt = await attemptLimiter.count(request);
    if (!attempt.ok) return attempt;
    const { accountId, uid } = transaction;
    const binding = { purpose, method, tenantId: tenant.id, accountId, uid, destination };
    const digest = (text: string) => cipher.digest(text, 'sent-code');
    const verdict = checkSentCode(sent, binding, code, { digest, now: clock.now() });
    if (verdict === 'expired') return attemptLimiter.fail(attempt.value, { code: 'code_expired' });
    if (verdict !== 'right') {
      const { left: attemptsLeft } = attempt.value;
      const refusal = { code: 'code_invalid', attemptsLeft, clockOffSeconds: null } as const;
      return attemptLimiter.fail(attempt.value, refusal);
    }
    await attemptLimiter.succeed(attempt.value);
    return accepted({
      ...transaction,
      challenges: withoutChallenge(transaction.challenges, method, purpose),
    });
  }

  /**
   * Checks a pass from an administrator, which stands in for the mailed code and proves no address. Null when the text has not
   * the shape of one. The attempt is counted as that of a code.
   */
  async function answerByPass(
    { uid }: SignInTransaction,
    policyResult: PolicyResult,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<null> | null> {
    const asked = askedAt('proof');
    const pass = needs.temporaryPasses && readPass(typed);
    if (!needs.temporaryPasses || pass === null || !asked) return null;
    const line = eventDetailsOf(policyResult, asked.method.name, from);
    const visit = visitOf(uid, asked.purpose);
    const attempt = await attemptLimiter.count({ ...line, lockout: policyResult.lockout, visit });
    if (!attempt.ok) return attempt;
    if (await needs.temporaryPasses.use(policyResult.account, pass)) return accepted(null);
    const { left: attemptsLeft } = attempt.value;
    const refusal = { code: 'code_invalid', attemptsLeft, clockOffSeconds: null } as const;
    return attemptLimiter.fail(attempt.value, refusal, 'temporary_pass');
  }

  /** Marks a contact as the account's own: confirms the address, or stores the number. */
  async function noteContact(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: EnrolmentStep,
    from: Visitor,
  ): Promise<void> {
    const method = askedAt(step)?.method;
    if (!method) return;
    const { account } = policyResult;
    const line = eventDetailsOf(policyResult, method.name, from);
    if (method.sends === 'address') {
      await confirmAddress({ accounts, events, clock }, account, line);
      return;
    }
    const number = destinationOf(transaction, policyResult, method);
    if (account.phone === number) return;
    await accounts.setPhone(account.id, number, clock.now());
    // `account` is from before the change, so that the old number is notified too.
    await events.append({ ...line, name: 'contact.changed', cause: 'enrolment', account, also: [] });
  }

  function destinationOf(
    { pendingEnrolment }: SignInTransaction,
    policyResult: PolicyResult,
    { sends }: SentMethod,
  ): string | null {
    if (sends === 'address') return policyResult.account.email;
    return pendingEnrolment && numberIn(pendingEnrolment, policyResult);
  }

  /** The number that is being enrolled. Null while none was typed. */
  function numberIn(pending: PendingEnrolment, policyResult: PolicyResult): string | null {
    return pending.secret === null
      ? null
      : cipher.decrypt(pending.secret, pendingPurpose(pending, policyResult));
  }

  return { send, sentBy, isUndelivered, stopOf, answer, answerByPass, noteContact };
}

/** The name of the counter of wrong codes, which each purpose of a visit has for itself. */
function visitOf(uid: string, purpose: Purpose): string {
  return `${uid}:${purpose}`;
}

export function eventDetailsOf(
  { account, tenant }: PolicyResult,
  method: MethodName,
  { ip, clientId }: Visitor,
) {
  return { accountId: account.id, tenantId: tenant.id, method, ip, clientId };
}

/** The encryption purpose of the secret of a pending enrolment: that of the later enrolment. */
export function pendingPurpose(
  { enrolmentId, method }: PendingEnrolment,
  { account, tenant }: PolicyResult,
): string {
  return enrolmentPurpose({ id: enrolmentId, method, accountId: account.id, tenantId: tenant.id });
}
