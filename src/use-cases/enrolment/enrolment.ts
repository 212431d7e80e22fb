/** Setting up a second factor: the same steps at sign-in and in self-service. */

import { phoneOf } from '../../domain/contact.ts';
import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import {
  type Bind,
  LONGEST_LABEL,
  type NewFactor,
  needsSetUpProof,
  setUpStepOf,
  type Visitor,
} from '../../domain/enrolment/steps.ts';
import type { Methods } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import type { Guesses } from '../../domain/sign-in/attempts.ts';
import {
  challengeFor,
  checkSentCode,
  type Purpose,
  type Sending,
  withChallenge,
  withoutChallenge,
} from '../../domain/sign-in/challenge.ts';
import type { SendCode } from '../../domain/sign-in/sending.ts';
import {
  newCodesPurpose,
  orTwin,
  type PendingSetUp,
  type Progress,
} from '../../domain/sign-in/transaction.ts';
import type { Notify } from '../../ports/senders.ts';
import type { AccountStore, ProgressStore } from '../../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../../ports/system.ts';

interface Needs {
  readonly methods: Methods;
  readonly accounts: Pick<AccountStore, 'confirmEmail' | 'setPhone'>;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly bind: Bind;
  readonly guesses: Guesses;
  readonly sendCode: SendCode;
  readonly notify: Notify;
  readonly box: Pick<SecretBox, 'seal' | 'open' | 'digest'>;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the page of an authenticator app shows, on that page alone. */
export interface SetUpSecret {
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
export interface SetUpCodeView {
  readonly id: string | null;
  /** Masked; null while no number was given. */
  readonly destination: string | null;
  /** Milliseconds since the epoch; null: none that is good is on its way. */
  readonly expiresAt: number | null;
  /** Whether one was asked for at all. */
  readonly isSent: boolean;
}

export function createEnrolment(needs: Needs) {
  const { methods, accounts, progress, bind, guesses, sendCode, notify, box, trail, clock, random } = needs;

  /** Begins a set-up. What it makes is kept sealed until it is confirmed or the visit ends. */
  async function begin(at: Progress, judgement: Judgement, method: MethodName): Promise<Outcome<Progress>> {
    const { account, tenant, enrolments } = judgement;
    if (method === 'recovery' || method === 'app') return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    // Who comes back to the page finds the key that the app may have scanned already.
    if (at.pending?.method === method) return accepted(at);
    const bytes = (count: number) => random.bytes(count);
    const id = random.id();
    const purpose = enrolmentPurpose({ id, method, accountId: account.id, tenantId: tenant.id });
    const secret = method === 'totp' ? box.seal(methods.totp.newSecret(bytes), purpose) : null;
    const hasCodes = enrolments.some((enrolment) => enrolment.method === 'recovery');
    const codes = () => JSON.stringify(methods.recovery.newCodes(bytes));
    const from = { id: random.id(), random: bytes, now: clock.now(), expiresAt: at.expiresAt };
    const next = {
      ...at,
      ...(method === 'passkey' && {
        challenges: withChallenge(at.challenges, methods.passkey.newChallenge('set-up', from)),
      }),
      pending: { enrolmentId: id, method, secret },
      newCodes: at.newCodes ?? (hasCodes ? null : box.seal(codes(), newCodesPurpose(at))),
    };
    return saved(next, ({ pending }) => pending?.method === method);
  }

  async function saved(next: Progress, isSame: (kept: Progress) => boolean): Promise<Outcome<Progress>> {
    const kept = await progress.save(next);
    return kept ? accepted(kept) : orTwin(next, await progress.find(next.uid, clock.now()), isSame);
  }

  /** The key of the app whose set-up is under way; null when none is, or its turn has not come. */
  function reveal(at: Progress, judgement: Judgement): SetUpSecret | null {
    const { pending } = at;
    if (pending?.method !== 'totp' || pending.secret === null || needsSetUpProof(at, judgement)) return null;
    const { digits, periodSeconds } = methods.totp;
    const secret = box.open(pending.secret, purposeOf(pending, judgement));
    return {
      secret,
      uri: methods.totp.provisioningUri(secret, judgement.account.email),
      digits,
      periodSeconds,
    };
  }

  /** Sends the code of a step; for SMS to the number typed, or again to the one before. */
  async function send(
    at: Progress,
    judgement: Judgement,
    step: SentStep,
    { phone, seen, ...from }: Visitor & { readonly phone: string | null; readonly seen: string | null },
  ): Promise<Outcome<Progress>> {
    if (!at.pending || !isAt(step, at, judgement)) return refused({ code: 'session_expired' });
    const what = { ...asked(step), ...from, seen };
    if (step !== 'sms') return sendCode(at, judgement, { ...what, destination: judgement.account.email });
    const number = phone === null ? numberIn(at.pending, judgement) : phoneOf(phone);
    if (number === null) return refused({ code: 'phone_invalid' });
    const pending = { ...at.pending, secret: box.seal(number, purposeOf(at.pending, judgement)) };
    return sendCode(at, judgement, { ...what, destination: number }, { pending });
  }

  function sentBy(at: Progress, judgement: Judgement, step: SentStep): SetUpCodeView {
    const { method, purpose } = asked(step);
    const sent = challengeFor(at.challenges, method, purpose);
    const destination = destinationOf(at, judgement, step);
    return {
      id: sent?.id ?? null,
      destination: destination && (methods[method]?.masked(destination) ?? null),
      expiresAt: sent && sent.expiresAt > clock.now() ? sent.expiresAt : null,
      isSent: sent !== null,
    };
  }

  /** The first right answer makes the factor; of an app its step is burnt with it, so that it opens nothing later. */
  async function confirm(
    at: Progress,
    judgement: Judgement,
    step: SentStep | 'totp',
    given: Confirmation,
  ): Promise<Outcome<Progress>> {
    if (judgement.account.frozenAt !== null) return refused(FROZEN);
    const { pending } = at;
    if (!pending || !isAt(step, at, judgement)) return refused({ code: 'session_expired' });
    if (given.label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    if (given.app.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'app' });
    const { typed, ...more } = given;
    const factor = {
      enrolmentId: pending.enrolmentId,
      method: pending.method,
      label: more.label.trim(),
      app: more.app || null,
      secret: pending.secret,
      lastStep: null,
    };
    const from = { address: given.address, clientId: given.clientId };
    if (step === 'totp') return confirmApp(at, judgement, factor, typed, from);
    const answered = await answer(at, judgement, step, typed, from);
    if (!answered.ok) return answered;
    if (step === 'proof') return proven(answered.value, judgement, factor, from);
    await noteContact(judgement, step, destinationOf(at, judgement, step), from);
    return bind(answered.value, judgement, factor, from);
  }

  async function confirmApp(
    at: Progress,
    judgement: Judgement,
    factor: NewFactor,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<Progress>> {
    const shown = reveal(at, judgement);
    if (!shown) return refused({ code: 'session_expired' });
    const candidate = { id: factor.enrolmentId, secret: shown.secret, lastStep: null };
    const verdict = methods.totp.check([candidate], typed, clock.now());
    if (verdict.kind === 'accepted') return bind(at, judgement, { ...factor, lastStep: verdict.step }, from);
    const clockOffSeconds = verdict.kind === 'near' ? verdict.offSeconds : null;
    const line = lineOf(judgement, 'totp', from);
    return guesses.refuse(line, { code: 'code_invalid', attemptsLeft: null, clockOffSeconds });
  }

  /** Counted like the codes of a sign-in: who guesses at the mailed code has the password already. */
  async function answer(
    at: Progress,
    judgement: Judgement,
    step: SentStep,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<Progress>> {
    const { method, purpose } = asked(step);
    const { tenant, lockout } = judgement;
    const line = lineOf(judgement, method, from);
    const sent = challengeFor(at.challenges, method, purpose);
    const destination = destinationOf(at, judgement, step);
    if (!sent || destination === null) return guesses.refuse(line, { code: 'code_expired' });
    const guess = await guesses.count({ ...line, lockout, visit: `${at.uid}:${purpose}` });
    if (!guess.ok) return guess;
    const { accountId, uid } = at;
    const binding = { purpose, method, tenantId: tenant.id, accountId, uid, destination };
    const digest = (text: string) => box.digest(text, 'sent-code');
    const verdict = checkSentCode(sent, binding, typed, { digest, now: clock.now() });
    const { left, failed, succeeded } = guess.value;
    if (verdict === 'expired') return failed({ code: 'code_expired' });
    if (verdict !== 'right')
      return failed({ code: 'code_invalid', attemptsLeft: left, clockOffSeconds: null });
    await succeeded();
    return accepted({ ...at, challenges: withoutChallenge(at.challenges, method, purpose) });
  }

  /** The address is the owner's; where codes by mail are what is being set up, that is done with it. */
  async function proven(
    at: Progress,
    judgement: Judgement,
    factor: NewFactor,
    from: Visitor,
  ): Promise<Outcome<Progress>> {
    await noteContact(judgement, 'email', judgement.account.email, from);
    await trail({ ...lineOf(judgement, 'email', from), event: 'set_up.proven' });
    const next = { ...at, isSetUpProven: true };
    if (factor.method === 'email') return bind(next, judgement, factor, from);
    return saved(next, ({ isSetUpProven }) => isSetUpProven);
  }

  /** What was reached is the account's own: an address is confirmed by it, a number becomes its number. */
  async function noteContact(
    judgement: Judgement,
    step: 'email' | 'sms',
    destination: string | null,
    from: Visitor,
  ): Promise<void> {
    const { account } = judgement;
    const line = lineOf(judgement, step, from);
    if (step === 'sms' && account.phone !== destination) {
      await accounts.setPhone(account.id, destination);
      await trail({ ...line, event: 'contact.changed' });
      // As the account was: the number of before hears of it too.
      if (account.phone !== null) await notify(account, { topic: 'phone-changed' });
    }
    if (
      step === 'email' &&
      !account.emailConfirmed &&
      (await accounts.confirmEmail(account.id, account.email))
    ) {
      await trail({ ...line, event: 'contact.confirmed' });
    }
  }

  function destinationOf({ pending }: Progress, judgement: Judgement, step: SentStep): string | null {
    return step === 'sms' ? pending && numberIn(pending, judgement) : judgement.account.email;
  }

  /** The number that a set-up is about; null while none was typed. */
  function numberIn(pending: PendingSetUp, judgement: Judgement): string | null {
    return pending.secret === null ? null : box.open(pending.secret, purposeOf(pending, judgement));
  }

  return { begin, reveal, send, sentBy, confirm };
}

function lineOf({ account, tenant }: Judgement, method: MethodName, { address, clientId }: Visitor) {
  return { accountId: account.id, tenantId: tenant.id, method, address, clientId };
}

function purposeOf({ enrolmentId, method }: PendingSetUp, { account, tenant }: Judgement): string {
  return enrolmentPurpose({ id: enrolmentId, method, accountId: account.id, tenantId: tenant.id });
}

function asked(step: SentStep): { readonly method: Sending['method']; readonly purpose: Purpose } {
  if (step === 'proof') return { method: 'email', purpose: 'set-up-proof' };
  return { method: step, purpose: 'set-up' };
}

/** Whether this is the step whose turn it is. */
function isAt(step: SentStep | 'totp', at: Progress, judgement: Judgement): boolean {
  return step === setUpStepOf(at, judgement);
}

export type EnrolmentUseCase = ReturnType<typeof createEnrolment>;
