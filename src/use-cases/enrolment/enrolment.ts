/** Enrols a second factor. The steps are the same at sign-in and in self-service. */

import { enrolmentPurpose, isFactor } from '../../domain/enrolment/enrolment.ts';
import {
  type EnrolmentStep,
  enrolmentStepOf,
  LONGEST_LABEL,
  type NewFactor,
  needsSetUpProof,
  type Visitor,
} from '../../domain/enrolment/steps.ts';
import type { EnrolmentSecret, Method, TypedMethod } from '../../domain/methods/contract.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, noCode, type Outcome, refused } from '../../domain/refusal.ts';
import { withChallenge } from '../../domain/sign-in/challenge.ts';
import {
  newCodesPurpose,
  type PendingEnrolment,
  type ReplacedFactor,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { Random } from '../../ports/system.ts';
import type { Binding } from './binding.ts';
import { createEnrolmentCodes, type EnrolmentCodesDeps, eventDetailsOf, pendingPurpose } from './codes.ts';

interface EnrolmentDeps extends EnrolmentCodesDeps, Binding {
  readonly methods: Methods;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly random: Random;
}

export interface Timeliness {
  /** True: the session is too old for a change. A right answer is remembered, and enrols nothing yet. */
  readonly isLate?: boolean;
}

/** The answer of a person at the last step of a method. */
export interface Confirmation extends Visitor, Timeliness {
  readonly typed: string;
  readonly label: string;
  readonly app: string;
}

export interface EnrolmentPageName {
  readonly kind: Method['kind'];
  readonly page: string;
  /** Whether a telephone number must be given first. */
  readonly asksNumber: boolean;
}

/** The step of a method whose answer the person types. */
interface TypedStep {
  readonly method: TypedMethod;
  readonly secret: string;
}

/** How an enrolment begins. */
export interface Beginning {
  readonly pagesBefore?: number;
  readonly replaces?: ReplacedFactor;
}

export function createEnrolment(needs: EnrolmentDeps) {
  const { methods, transactions, enrol, keepProven, attemptLimiter, cipher, events, clock, random } = needs;
  const codes = createEnrolmentCodes(needs);

  /**
   * Begins an enrolment. Its secret is stored encrypted until the enrolment is confirmed or the visit ends. `pagesBefore`: the
   * pages of the set-up that come before its own, such as the choice of the method. `replaces`: the factor that is removed
   * once the new one works.
   */
  async function begin(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    name: MethodName,
    { pagesBefore = 0, replaces }: Beginning = {},
  ): Promise<Outcome<SignInTransaction>> {
    const { account, tenant, enrolments } = policyResult;
    const method = methods.find(name);
    if (!method || method.kind === 'set') return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    // A reload of the page keeps the secret, because the app may have scanned it already.
    const { pendingEnrolment: begun } = transaction;
    if (begun?.method === name && !begun.proven?.isSilent) return withReplaced(transaction, begun, replaces);
    const bytes = (count: number) => random.bytes(count);
    const id = random.id();
    const purpose = enrolmentPurpose({ id, method: name, accountId: account.id, tenantId: tenant.id });
    const secret = method.kind === 'typed' ? cipher.encrypt(method.enrolment.begin(bytes), purpose) : null;
    const hasCodes = enrolments.some((enrolment) => !isFactor(enrolment));
    const newCodes = () => JSON.stringify(methods.paper.newCodes(bytes));
    const from = { id: random.id(), random: bytes, now: clock.now(), expiresAt: transaction.expiresAt };
    const next = {
      ...transaction,
      ...(method.kind === 'browser' && {
        challenges: withChallenge(transaction.challenges, method.newChallenge('set-up', from)),
      }),
      pendingEnrolment: { enrolmentId: id, method: name, secret, ...(replaces && { replaces }) },
      // The mailed code may have been answered on the way to another method.
      stepsTaken: Math.max(pagesBefore, transaction.enrolled === null ? transaction.stepsTaken : 0),
      newCodes:
        transaction.newCodes ?? (hasCodes ? null : cipher.encrypt(newCodes(), newCodesPurpose(transaction))),
    };
    return saved(next, ({ pendingEnrolment }) => pendingEnrolment?.method === name);
  }

  /** An enrolment that was begun already may now be meant to replace a factor, or another one, or none. */
  async function withReplaced(
    transaction: SignInTransaction,
    { replaces: before, ...begun }: PendingEnrolment,
    replaces: ReplacedFactor | undefined,
  ): Promise<Outcome<SignInTransaction>> {
    if (before?.enrolmentId === replaces?.enrolmentId) return accepted(transaction);
    const next = { ...transaction, pendingEnrolment: { ...begun, ...(replaces && { replaces }) } };
    return saved(next, ({ pendingEnrolment }) => pendingEnrolment?.method === begun.method);
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

  /** The method and the secret of the current enrolment. Null when there is none, or its step has not come. */
  function typedIn(transaction: SignInTransaction, policyResult: PolicyResult): TypedStep | null {
    const { pendingEnrolment: pending } = transaction;
    const method = pending && methods.find(pending.method);
    if (method?.kind !== 'typed' || !pending || pending.secret === null || pending.proven) return null;
    if (needsSetUpProof(transaction, policyResult)) return null;
    return { method, secret: cipher.decrypt(pending.secret, pendingPurpose(pending, policyResult)) };
  }

  /** The secret that the page of the current enrolment shows. Null when there is none, or its step has not come. */
  function reveal(transaction: SignInTransaction, policyResult: PolicyResult): EnrolmentSecret | null {
    const typed = typedIn(transaction, policyResult);
    return typed?.method.enrolment.show(typed.secret, policyResult.account) ?? null;
  }

  /** Checks the answer of a step. The first correct answer enrols the factor. */
  async function confirm(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    step: EnrolmentStep,
    { typed, label, app, ip, clientId, isLate = false }: Confirmation,
  ): Promise<Outcome<SignInTransaction>> {
    if (policyResult.account.frozenAt !== null) return refused(FROZEN);
    const { pendingEnrolment: pending } = transaction;
    if (!pending || pending.proven || step !== enrolmentStepOf(transaction, policyResult))
      return refused({ code: 'session_expired' });
    if (label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    if (app.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'app' });
    const factor = {
      enrolmentId: pending.enrolmentId,
      method: pending.method,
      label: label.trim(),
      app: app || null,
      secret: pending.secret,
      lastStep: null,
    };
    const from = { ip, clientId };
    const typedStep = step === 'proof' ? null : typedIn(transaction, policyResult);
    if (typedStep)
      return confirmTyped(transaction, policyResult, factor, { ...typedStep, typed, isLate }, from);
    const byPass = step === 'proof' ? await codes.answerByPass(transaction, policyResult, typed, from) : null;
    if (byPass) return byPass.ok ? provenByPass(transaction, policyResult, from) : byPass;
    const answered = await codes.answer(transaction, policyResult, step, typed, from);
    if (!answered.ok) return answered;
    const mailed = methods.toAddress;
    if (step === 'proof' && mailed)
      return proven(answered.value, policyResult, factor, { isLate, by: mailed.name }, from);
    if (isLate) return keepProven(answered.value, policyResult, factor);
    await codes.noteContact(transaction, policyResult, step, from);
    return enrol(answered.value, policyResult, factor, from);
  }

  /**
   * Enrols the factor of a right answer that waited for a fresh factor of the account. It counts from now on, as one
   * whose answer comes now.
   */
  async function complete(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const { pendingEnrolment: pending } = transaction;
    if (policyResult.account.frozenAt !== null) return refused(FROZEN);
    if (!pending?.proven || enrolmentStepOf(transaction, policyResult) !== pending.method)
      return refused({ code: 'session_expired' });
    const { enrolmentId, method, secret, proven: facts } = pending;
    await codes.noteContact(transaction, policyResult, method, from);
    return enrol(transaction, policyResult, { ...facts, enrolmentId, method, secret }, from);
  }

  /** Stores the time step of the answer with the factor, so that the same code cannot be used again. */
  async function confirmTyped(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    factor: NewFactor,
    { method, secret, typed, isLate }: TypedStep & Pick<Confirmation, 'typed' | 'isLate'>,
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const read = method.read(typed);
    if (read === null) return refused(noCode(method.digits));
    const candidate = { id: factor.enrolmentId, secret, lastStep: null };
    const verdict = method.enrolment.confirm(candidate, read, clock.now());
    if (verdict.kind === 'accepted') {
      const confirmed = { ...factor, lastStep: verdict.lastStep };
      return isLate
        ? keepProven(transaction, policyResult, confirmed)
        : enrol(transaction, policyResult, confirmed, from);
    }
    const clockOffSeconds = verdict.kind === 'wrong' ? verdict.clockOffSeconds : null;
    const line = eventDetailsOf(policyResult, factor.method, from);
    return attemptLimiter.refuse(line, { code: 'code_invalid', attemptsLeft: null, clockOffSeconds });
  }

  /** Confirms the owner's address. This completes an enrolment of codes to that address. */
  async function proven(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    factor: NewFactor,
    { isLate, by }: Timeliness & { readonly by: MethodName },
    from: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const line = eventDetailsOf(policyResult, by, from);
    const isAll = factor.method === by;
    const waits = isAll && isLate;
    if (!waits) await codes.noteContact(transaction, policyResult, 'proof', from);
    await events.append({ ...line, name: 'set_up.proven' });
    const next = { ...transaction, isSetUpProven: true };
    if (waits) return keepProven(next, policyResult, factor);
    if (isAll) return enrol(next, policyResult, factor, from);
    return saved({ ...next, stepsTaken: transaction.stepsTaken + 1 }, ({ isSetUpProven }) => isSetUpProven);
  }

  /** A pass confirms no address, so that a method that sends codes there still asks for one. */
  async function provenByPass(
    transaction: SignInTransaction,
    { account, tenant }: PolicyResult,
    { ip, clientId }: Visitor,
  ): Promise<Outcome<SignInTransaction>> {
    const line = { accountId: account.id, tenantId: tenant.id, ip, clientId };
    await events.append({ ...line, name: 'set_up.proven', reason: 'temporary_pass' });
    const next = { ...transaction, isSetUpProven: true, stepsTaken: transaction.stepsTaken + 1 };
    return saved(next, ({ isSetUpProven }) => isSetUpProven);
  }

  /** The page of a step, and the kind of its method. Throws for a name that no enabled method has. */
  function pageOf(step: EnrolmentStep): EnrolmentPageName {
    if (step === 'proof') return { kind: 'sent', page: 'set-up-proof', asksNumber: false };
    if (step === 'recovery-codes')
      return { kind: methods.paper.kind, page: 'recovery-codes', asksNumber: false };
    const method = methods.find(step);
    if (!method || method.kind === 'set') throw new Error(`no method at work is called ${step}`);
    const asksNumber = method.traits.sends === 'number';
    return { kind: method.kind, page: method.enrolment.page, asksNumber };
  }

  const { abandon, finish } = needs;
  const { send, sentBy, isUndelivered, stopOf } = codes;
  const takesPass = needs.temporaryPasses !== null;
  return {
    begin,
    reveal,
    confirm,
    complete,
    abandon,
    finish,
    pageOf,
    send,
    sentBy,
    isUndelivered,
    stopOf,
    takesPass,
  };
}

export type EnrolmentUseCase = ReturnType<typeof createEnrolment>;
