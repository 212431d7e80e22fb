/** Enrols a factor after its first correct answer, and notifies its owner. */

import type { NewFactor, Visitor } from '../../domain/enrolment/steps.ts';
import { sentTo } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
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
import type { KeepCodes } from './recovery-codes.ts';

interface EnrolDeps {
  readonly keepCodes: KeepCodes;
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

export function createEnrol({
  keepCodes,
  enrolments,
  lockouts,
  trustedBrowsers,
  transactions,
  events,
  clock,
}: EnrolDeps): Enrol {
  return async (transaction, policyResult, { passkey, enrolmentId, ...factor }, from) => {
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
    // Stored before they are shown, so that every code that a person writes down is valid.
    const codes = await keepCodes(transaction, policyResult, enrolmentId);
    const authentication = { method: factor.method, enrolmentId, atMs: now, ...(passkey ? { passkey } : {}) };
    const newCodes = codes.areGood ? transaction.newCodes : null;
    const next = {
      ...transaction,
      pendingEnrolment: null,
      newCodes,
      authentications: [...transaction.authentications, authentication],
    };
    const kept = await transactions.save(next);
    // Only the first of two requests with the same form inserts the factor, and only that one records the event.
    if (inserted) {
      await replaceRefused(policyResult, factor.method);
      // The trust of a browser was based on the previous factors.
      await trustedBrowsers.removeAll(account.id);
      await note(policyResult, factor.method, from, codes.isNew);
    }
    if (kept) return accepted(kept);
    return resolveConcurrentSave(
      transaction,
      await transactions.find(transaction.uid, clock.now()),
      ({ authentications }) => authentications.some((each) => each.enrolmentId === enrolmentId),
    );
  };

  /** The new factor replaces one that was locked after too many failures. The old one never becomes usable again. */
  async function replaceRefused({ account, enrolments: before, lockout }: PolicyResult, method: MethodName) {
    // An account has one address and one number, so a new enrolment always replaces the old one.
    const isSingle = sentTo(method) !== null;
    const isRefused = (lockout.failures[method] ?? 0) >= FAILURES_UNTIL_REFUSED;
    if (!isSingle && !isRefused) return;
    const old = before.filter((enrolment) => enrolment.method === method);
    await Promise.all(old.map((enrolment) => enrolments.remove(account.id, enrolment.id)));
    if (isRefused) await lockouts.clear(secondFactorSubject(account.id), method);
  }

  async function note(
    { account, tenant }: PolicyResult,
    method: MethodName,
    from: Visitor,
    madeCodes: boolean,
  ) {
    const line = { ...from, accountId: account.id, tenantId: tenant.id };
    await Promise.all([
      events.append({ ...line, name: 'enrolment.created', account, method }),
      madeCodes && events.append({ ...line, name: 'recovery.created', account, cause: 'first-factor' }),
    ]);
  }
}
