/** Makes a factor that was proven for the first time one of the account's, and tells its owner. */

import type { Enrol, KeepCodes, Visitor } from '../../domain/enrolment/steps.ts';
import { isSent, type MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted } from '../../domain/refusal.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { resolveConcurrentSave } from '../../domain/sign-in/transaction.ts';
import type { Notify } from '../../ports/senders.ts';
import type {
  EnrolmentStore,
  LockoutStore,
  TransactionStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { AuditLog, Clock } from '../../ports/system.ts';

interface EnrolDeps {
  readonly keepCodes: KeepCodes;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'clear'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly notify: Notify;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
}

export function createEnrol({
  keepCodes,
  enrolments,
  lockouts,
  trustedBrowsers,
  transactions,
  notify,
  auditLog,
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
    // Before they can be shown: what a person writes down is good.
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
    // Of two clicks of the same form one inserts it, and notes it.
    if (inserted) {
      await replaceRefused(policyResult, factor.method);
      // Trust was in who had the factors of before.
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

  /** A factor refused after too many failures is replaced by the new one, never revived beside it. */
  async function replaceRefused({ account, enrolments: before, lockout }: PolicyResult, method: MethodName) {
    // There is one inbox and one number: a new proof of it takes the place of the old one in any case.
    const isSingle = isSent(method);
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
    await auditLog({ ...line, event: 'enrolment.created', method });
    if (madeCodes) await auditLog({ ...line, event: 'recovery.created' });
    await notify(account, { topic: 'factor-added', method });
  }
}
