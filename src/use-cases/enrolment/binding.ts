/** Enrols a factor after its first correct answer, and notifies its owner. */

import type { Account } from '../../domain/account.ts';
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import { interruptedFactor, type NewFactor, type Visitor } from '../../domain/enrolment/steps.ts';
import type { DomainEvent, OnceEvent } from '../../domain/events.ts';
import { sentTo } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PasskeyUse } from '../../domain/methods/webauthn.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome } from '../../domain/refusal.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { resolveConcurrentSave, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';
import type {
  EnrolmentStore,
  LockoutStore,
  TransactionStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { MadeCodes } from './recovery-codes.ts';
import type { ReplaceFactor } from './replacement.ts';

interface EnrolDeps {
  readonly madeCodes: MadeCodes;
  readonly replaceFactor: ReplaceFactor;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'clear'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** Stores the factor, makes recovery codes if there are none, and adds the event to the transaction. */
export type Enrol = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  factor: NewFactor,
  from: Visitor,
) => Promise<Outcome<SignInTransaction>>;

/** Remembers a proven factor in the transaction. Nothing is enrolled, and nobody is notified. */
export type KeepProven = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  factor: NewFactor,
) => Promise<Outcome<SignInTransaction>>;

/** Drops an enrolment that is under way, and the recovery codes that would have come with it. */
export type AbandonEnrolment = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
) => Promise<Outcome<SignInTransaction>>;

/**
 * Finishes a confirmation whose process died after it had stored the factor. Only the visit that answered correctly has a
 * factor with its id, so that no answer is needed again. Null when there is nothing to finish.
 */
export type FinishEnrolment = (
  transaction: SignInTransaction,
  policyResult: PolicyResult,
  from: Visitor,
) => Promise<SignInTransaction | null>;

/** A factor that is stored, and how it was proven. */
interface Stored {
  readonly method: MethodName;
  readonly enrolmentId: string;
  readonly atMs: number;
  readonly passkey?: PasskeyUse;
  /** A passkey that the browser has made by itself. */
  readonly isSilent: boolean;
}

export interface Binding {
  readonly enrol: Enrol;
  readonly keepProven: KeepProven;
  readonly abandon: AbandonEnrolment;
  readonly finish: FinishEnrolment;
}

export function createEnrol(needs: EnrolDeps): Binding {
  const { madeCodes, replaceFactor, enrolments, lockouts, trustedBrowsers, transactions } = needs;
  const { events, clock } = needs;

  const enrol: Enrol = async (
    transaction,
    policyResult,
    { passkey, enrolmentId, isSilent = false, ...factor },
    from,
  ) => {
    const { account, tenant } = policyResult;
    const now = clock.now();
    const inserted = await enrolments.insert({
      ...factor,
      id: enrolmentId,
      accountId: account.id,
      tenantId: tenant.id,
      isDefault: false,
      createdAt: now,
    });
    const stored = {
      method: factor.method,
      enrolmentId,
      atMs: now,
      ...(passkey ? { passkey } : {}),
      isSilent,
    };
    const noted = (isRepeated: boolean) =>
      note(transaction, policyResult, stored, from, { isRepeated, isRetold: false });
    if (inserted) await noted(false);
    const kept = await save(transaction, policyResult, stored);
    // The request that inserted the factor may have died before it noted that.
    if (kept && !inserted) await noted(true);
    const outcome = kept ? accepted(kept) : await concurrentSaveOf(transaction, stored);
    if (outcome.ok) await keepCodes(outcome.value, policyResult, enrolmentId, kept && from);
    return outcome;
  };

  const keepProven: KeepProven = async (transaction, _, { enrolmentId, method, secret, ...proven }) => {
    const replaces = transaction.pendingEnrolment?.replaces;
    const pendingEnrolment = { enrolmentId, method, secret, proven, ...(replaces && { replaces }) };
    const kept = await transactions.save({ ...transaction, pendingEnrolment });
    if (kept) return accepted(kept);
    const concurrent = await transactions.find(transaction.uid, clock.now());
    return resolveConcurrentSave(
      transaction,
      concurrent,
      ({ pendingEnrolment: same }) => same?.enrolmentId === enrolmentId && same.proven !== undefined,
    );
  };

  const abandon: AbandonEnrolment = async (transaction, policyResult) => {
    // Codes that are stored already were renewed before, and wait to be saved.
    const isStored = !policyResult.enrolments.every(isFactor) && madeCodes.areGood(transaction, policyResult);
    const newCodes = isStored ? transaction.newCodes : null;
    const kept = await transactions.save({ ...transaction, pendingEnrolment: null, newCodes, stepsTaken: 0 });
    if (kept) return accepted(kept);
    const concurrent = await transactions.find(transaction.uid, clock.now());
    return resolveConcurrentSave(transaction, concurrent, ({ pendingEnrolment }) => !pendingEnrolment);
  };

  const finish: FinishEnrolment = async (transaction, policyResult, from) => {
    const found = interruptedFactor(transaction, policyResult);
    if (!found || policyResult.account.frozenAt !== null) return null;
    const { id: enrolmentId, method, createdAt: atMs } = found;
    let current: SignInTransaction | null = transaction;
    if (transaction.pendingEnrolment) {
      const isSilent = transaction.pendingEnrolment.proven?.isSilent === true;
      const stored = { method, enrolmentId, atMs, isSilent };
      await note(transaction, policyResult, stored, from, { isRepeated: true, isRetold: true });
      current = await save(transaction, policyResult, stored);
    }
    if (current) await keepCodes(current, policyResult, enrolmentId, from);
    return current;
  };

  /** Each act may be repeated. They come before the save, after which nobody finishes them. */
  async function note(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    { method, enrolmentId }: Stored,
    from: Visitor,
    { isRepeated, isRetold }: { readonly isRepeated: boolean; readonly isRetold: boolean },
  ): Promise<void> {
    const { account } = policyResult;
    const replaced = await replaceFactor(transaction, policyResult, enrolmentId, isRepeated);
    await replaceRefused(policyResult, method, enrolmentId);
    const line = lineOf(policyResult, from);
    const once = { ...onceOf(transaction, enrolmentId), isRetold };
    const created = { ...line, name: 'enrolment.created', account, method, replaced, once } as const;
    const removed = replaced && removalOf(line, account, replaced, once);
    await Promise.all([
      // The trust of a browser was based on the previous factors.
      trustedBrowsers.removeAll(account.id),
      events.append(created, ...(removed ? [removed] : [])),
    ]);
  }

  function save(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    { isSilent, ...event }: Stored,
  ): Promise<SignInTransaction | null> {
    const { authentications } = transaction;
    const isKnown = authentications.some(({ enrolmentId }) => enrolmentId === event.enrolmentId);
    return transactions.save({
      ...transaction,
      pendingEnrolment: null,
      enrolled: event.method,
      stepsTaken: transaction.stepsTaken + 1,
      newCodes: madeCodes.areGood(transaction, policyResult) ? transaction.newCodes : null,
      authentications: isKnown || isSilent ? authentications : [...authentications, event],
    });
  }

  async function concurrentSaveOf(
    transaction: SignInTransaction,
    { enrolmentId: id, isSilent }: Stored,
  ): Promise<Outcome<SignInTransaction>> {
    const kept = await transactions.find(transaction.uid, clock.now());
    return resolveConcurrentSave(
      transaction,
      kept,
      ({ authentications, pendingEnrolment, enrolled }) =>
        authentications.some(({ enrolmentId }) => enrolmentId === id) ||
        (isSilent && enrolled !== null && pendingEnrolment === null),
    );
  }

  /**
   * Stores the codes once the visit can show them, and before it does: a person has all that are stored, and all that a
   * person has are valid. `noting` null: another request notes them.
   */
  async function keepCodes(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    enrolmentId: string,
    noting: Visitor | null,
  ): Promise<void> {
    if (transaction.newCodes === null || !policyResult.enrolments.every(isFactor)) return;
    const { account } = policyResult;
    const once = onceOf(transaction, enrolmentId);
    await Promise.all([
      madeCodes.keep(transaction, policyResult, enrolmentId),
      noting &&
        events.append({
          ...lineOf(policyResult, noting),
          name: 'recovery.created',
          account,
          cause: 'first-factor',
          once,
        }),
    ]);
  }

  /** The new factor replaces one that was locked after too many failures. The old one never becomes usable again. */
  async function replaceRefused(
    { account, enrolments: before, lockout }: PolicyResult,
    method: MethodName,
    newId: string,
  ): Promise<void> {
    // An account has one address and one number, so a new enrolment always replaces the old one.
    const isSingle = sentTo(method) !== null;
    const isRefused = (lockout.failures[method] ?? 0) >= FAILURES_UNTIL_REFUSED;
    if (!isSingle && !isRefused) return;
    const old = before.filter((enrolment) => enrolment.method === method && enrolment.id !== newId);
    await Promise.all(old.map((enrolment) => enrolments.remove(account.id, enrolment.id)));
    if (isRefused) await lockouts.clear(secondFactorSubject(account.id), method);
  }

  return { enrol, keepProven, abandon, finish };
}

/** One notice tells of both: that of the new factor. */
function removalOf(
  line: Visitor,
  account: Account,
  method: MethodName,
  once: OnceEvent,
): Extract<DomainEvent, { name: 'enrolment.removed' }> {
  return { ...line, name: 'enrolment.removed', cause: 'replacement', account, method, also: [], once };
}

/** The end of a transaction is the same in each of its requests. */
function onceOf({ expiresAt }: SignInTransaction, key: string): OnceEvent {
  return { key, atMs: expiresAt };
}

function lineOf({ account, tenant }: PolicyResult, from: Visitor) {
  return { ...from, accountId: account.id, tenantId: tenant.id };
}
