/** Setting up a second factor: the same steps at sign-in and in self-service. */

import { phoneOf } from '../../domain/contact.ts';
import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import {
  type Enrol,
  enrolmentStepOf,
  LONGEST_LABEL,
  type NewFactor,
  needsSetUpProof,
  type Visitor,
} from '../../domain/enrolment/steps.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import {
  challengeFor,
  checkSentCode,
  type Purpose,
  type Sending,
  withChallenge,
  withoutChallenge,
} from '../../domain/sign-in/challenge.ts';
import {
  newCodesPurpose,
  type PendingEnrolment,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { Notify } from '../../ports/senders.ts';
import type { AccountStore, TransactionStore } from '../../ports/stores.ts';
import type { AuditLog, Cipher, Clock, Random } from '../../ports/system.ts';
import type { AttemptLimiter } from '../second-factor/attempt-limiter.ts';
import type { SendCode } from '../second-factor/sent-codes.ts';

interface EnrolmentDeps {
  readonly methods: Methods;
  readonly accounts: Pick<AccountStore, 'confirmEmail' | 'setPhone'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly enrol: Enrol;
  readonly attemptLimiter: AttemptLimiter;
  readonly sendCode: SendCode;
  readonly notify: Notify;
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt' | 'digest'>;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the page of an authenticator app shows, on that page alone. */
export interface EnrolmentSecret {
  readonly secret: string;
  readonly uri: string;
  readonly digits: number;
  readonly periodSeconds: number;
}

export interface Confirmation extends Visitor {
  readonly typed: string;
  readonly label: string;
  readonly app: string;
}

/** The steps at which a code is sent. */
export type SentStep = 'proof' | 'email' | 'sms';

/** A code on its way to somebody who sets up a factor. */
export interface EnrolmentCodeView {
  readonly id: string | null;
  /** Masked; null while no number was given. */
  readonly destination: string | null;
  /** Milliseconds since the epoch; null: none that is good is on its way. */
  readonly expiresAt: number | null;
  /** Whether one was asked for at all. */
  readonly isSent: boolean;
}

export function createEnrolment(needs: EnrolmentDeps) {
  const {
    methods,
    accounts,
    transactions,
    enrol,
    attemptLimiter,
    sendCode,
    notify,
    cipher,
    auditLog,
    clock,
    random,
  } = needs;

  /** Begins a set-up. What it makes is kept sealed until it is confirmed or the visit ends. */
  async function begin(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    method: MethodName,
  ): Promise<Outcome<SignInTransaction>> {
    const { account, tenant, enrolments } = policyResult;
    if (method === 'recovery' || method === 'app') return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    // Who comes back to the page finds the key that the app may have scanned already.
    if (transaction.pendingEnrolment?.method === method) return accepted(transaction);
    const bytes = (count: number) => random.bytes(count);
    const id = random.id();
    const purpose = enrolmentPurpose({ id, method, accountId: account.id, tenantId: tenant.id });
    const secret = method === 'totp' ? cipher.encrypt(methods.totp.newSecret(bytes), purpose) : null;
    const hasCodes = enrolments.some((enrolment) => enrolment.method === 'recovery');
    const codes = () => JSON.stringify(methods.recovery.newCodes(bytes));
    const from = { id: random.id(), random: bytes, now: clock.now(), expiresAt: transaction.expiresAt };
    const next = {
      ...transaction,
      ...(method === 'passkey' && {
        challenges: withChallenge(transaction.challenges, methods.passkey.newChallenge('set-up', from)),
      }),
      pendingEnrolment: { enrolmentId: id, method, secret },
      newCodes:
        transaction.newCodes ?? (hasCodes ? null : cipher.encrypt(codes(), newCodesPurpose(transaction))),
    };
    return saved(next, ({ pendingEnrolment }) => pendingEnrolment?.method === method);
  }

  async function saved(
    next: SignInTransaction,
    isSame: (kept: SignInTransaction) => boolean,
  ): Promise<Outcome<SignInTransaction>> {
    const kept = await transactions.save(next);
    return kept
      ? accepted(kept)
      : resolveConcurrentSave(next, await transactions.find(next.uid, clock.now()), isSame);
  }

  /** The key of the app whose set-up is under way; null when none is, or its turn has not come. */
  function reveal(transaction: SignInTransaction, policyResult: PolicyResult): EnrolmentSecret | null {
    const { pendingEnrolment } = transaction;
    if (
      pendingEnrolment?.method !== 'totp' ||
      pendingEnrolment.secret === null ||
      needsSetUpProof(transaction, policyResult)
    )
      return null;
    const { digits, periodSeconds } = methods.totp;
    const secret = cipher.decrypt(pendingEnrolment.secret, purposeOf(pendingEnrolment, policyResult));
    return {
      secret,
      uri: methods.totp.provisioningUri(secret, policyResult.account.email),
      digits,
      periodSeconds,
    };
  }

  /** Sends the code of a step; for SMS to the number typed, or again to the one before. */
  async function send(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: SentStep,
    { phone, seen, ...from }: Visitor & { readonly phone: string | null; readonly seen: string | null },
  ): Promise<Outcome<SignInTransaction>> {
    if (!transaction.pendingEnrolment || !isAt(step, transaction, policyResult))
      return refused({ code: 'session_expired' });
    const what = { ...asked(step), ...from, seen };
    if (step !== 'sms')
      return sendCode(transaction, policyResult, { ...what, destination: policyResult.account.email });
    const number = phone === null ? numberIn(transaction.pendingEnrolment, policyResult) : phoneOf(phone);
    if (number === null) return refused({ code: 'phone_invalid' });
    const pendingEnrolment = {
      ...transaction.pendingEnrolment,
      secret: cipher.encrypt(number, purposeOf(transaction.pendingEnrolment, policyResult)),
    };
    return sendCode(transaction, policyResult, { ...what, destination: number }, { pendingEnrolment });
  }

  function sentBy(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: SentStep,
  ): EnrolmentCodeView {
    const { method, purpose } = asked(step);
    const sent = challengeFor(transaction.challenges, method, purpose);
    const destination = destinationOf(transaction, policyResult, step);
    return {
      id: sent?.id ?? null,
      destination: destination && (methods[method]?.masked(destination) ?? null),
      expiresAt: sent && sent.expiresAt > clock.now() ? sent.expiresAt : null,
      isSent: sent !== null,
    };
  }

  /** The first right answer makes the factor; of an app its step is burnt with it, so that it opens nothing later. */
  async function confirm(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: SentStep | 'totp',
    given: Confirmation,
  ): Promise<Outcome<SignInTransaction>> {
    if (policyResult.account.frozenAt !== null) return refused(FROZEN);
    const { pendingEnrolment } = transaction;
    if (!pendingEnrolment || !isAt(step, transaction, policyResult))
      return refused({ code: 'session_expired' });
    if (given.label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    if (given.app.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'app' });
    const { typed, ...more } = given;
    const factor = {
      enrolmentId: pendingEnrolment.enrolmentId,
      method: pendingEnrolment.method,
      label: more.label.trim(),
      app: more.app || null,
      secret: pendingEnrolment.secret,
      lastStep: null,
    };
    const from = { ip: given.ip, clientId: given.clientId };
    if (step === 'totp') return confirmApp(transaction, policyResult, factor, typed, from);
    const answered = await answer(transaction, policyResult, step, typed, from);
    if (!answered.ok) return answered;
    if (step === 'proof') return proven(answered.value, policyResult, factor, from);
    await noteContact(policyResult, step, destinationOf(transaction, policyResult, step), from);
    return enrol(answered.value, policyResult, factor, from);
  }

  async function confirmApp(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    factor: NewFactor,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const shown = reveal(transaction, policyResult);
    if (!shown) return refused({ code: 'session_expired' });
    const candidate = { id: factor.enrolmentId, secret: shown.secret, lastStep: null };
    const verdict = methods.totp.check([candidate], typed, clock.now());
    if (verdict.kind === 'accepted')
      return enrol(transaction, policyResult, { ...factor, lastStep: verdict.step }, from);
    const clockOffSeconds = verdict.kind === 'near' ? verdict.offSeconds : null;
    const line = lineOf(policyResult, 'totp', from);
    return attemptLimiter.refuse(line, { code: 'code_invalid', attemptsLeft: null, clockOffSeconds });
  }

  /** Counted like the codes of a sign-in: who guesses at the mailed code has the password already. */
  async function answer(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: SentStep,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const { method, purpose } = asked(step);
    const { tenant, lockout } = policyResult;
    const line = lineOf(policyResult, method, from);
    const sent = challengeFor(transaction.challenges, method, purpose);
    const destination = destinationOf(transaction, policyResult, step);
    if (!sent || destination === null) return attemptLimiter.refuse(line, { code: 'code_expired' });
    const attempt = await attemptLimiter.count({ ...line, lockout, visit: `${transaction.uid}:${purpose}` });
    if (!attempt.ok) return attempt;
    const { accountId, uid } = transaction;
    const binding = { purpose, method, tenantId: tenant.id, accountId, uid, destination };
    const digest = (text: string) => cipher.digest(text, 'sent-code');
    const verdict = checkSentCode(sent, binding, typed, { digest, now: clock.now() });
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

  /** The address is the owner's; where codes by mail are what is being set up, that is done with it. */
  async function proven(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    factor: NewFactor,
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    await noteContact(policyResult, 'email', policyResult.account.email, from);
    await auditLog({ ...lineOf(policyResult, 'email', from), event: 'set_up.proven' });
    const next = { ...transaction, isSetUpProven: true };
    if (factor.method === 'email') return enrol(next, policyResult, factor, from);
    return saved(next, ({ isSetUpProven }) => isSetUpProven);
  }

  /** What was reached is the account's own: an address is confirmed by it, a number becomes its number. */
  async function noteContact(
    policyResult: PolicyResult,
    step: 'email' | 'sms',
    destination: string | null,
    from: Visitor,
  ): Promise<void> {
    const { account } = policyResult;
    const line = lineOf(policyResult, step, from);
    if (step === 'sms' && account.phone !== destination) {
      await accounts.setPhone(account.id, destination);
      await auditLog({ ...line, event: 'contact.changed' });
      // As the account was: the number of before hears of it too.
      if (account.phone !== null) await notify(account, { topic: 'phone-changed' });
    }
    if (
      step === 'email' &&
      !account.emailConfirmed &&
      (await accounts.confirmEmail(account.id, account.email))
    ) {
      await auditLog({ ...line, event: 'contact.confirmed' });
    }
  }

  function destinationOf(
    { pendingEnrolment }: SignInTransaction,
    policyResult: PolicyResult,
    step: SentStep,
  ): string | null {
    return step === 'sms'
      ? pendingEnrolment && numberIn(pendingEnrolment, policyResult)
      : policyResult.account.email;
  }

  /** The number that a set-up is about; null while none was typed. */
  function numberIn(pendingEnrolment: PendingEnrolment, policyResult: PolicyResult): string | null {
    return pendingEnrolment.secret === null
      ? null
      : cipher.decrypt(pendingEnrolment.secret, purposeOf(pendingEnrolment, policyResult));
  }

  return { begin, reveal, send, sentBy, confirm };
}

function lineOf({ account, tenant }: PolicyResult, method: MethodName, { ip, clientId }: Visitor) {
  return { accountId: account.id, tenantId: tenant.id, method, ip, clientId };
}

function purposeOf({ enrolmentId, method }: PendingEnrolment, { account, tenant }: PolicyResult): string {
  return enrolmentPurpose({ id: enrolmentId, method, accountId: account.id, tenantId: tenant.id });
}

function asked(step: SentStep): { readonly method: Sending['method']; readonly purpose: Purpose } {
  if (step === 'proof') return { method: 'email', purpose: 'set-up-proof' };
  return { method: step, purpose: 'set-up' };
}

/** Whether this is the step whose turn it is. */
function isAt(step: SentStep | 'totp', transaction: SignInTransaction, policyResult: PolicyResult): boolean {
  return step === enrolmentStepOf(transaction, policyResult);
}

export type EnrolmentUseCase = ReturnType<typeof createEnrolment>;
