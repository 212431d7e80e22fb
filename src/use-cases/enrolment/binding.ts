/** Makes a factor that was proven for the first time one of the account's, and tells its owner. */

import type { Bind, KeepCodes, Visitor } from '../../domain/enrolment/steps.ts';
import { isSent, type MethodName } from '../../domain/methods/method.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import { accepted } from '../../domain/refusal.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { orTwin } from '../../domain/sign-in/transaction.ts';
import type { Notify } from '../../ports/senders.ts';
import type { EnrolmentStore, LockoutStore, ProgressStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { Clock, Trail } from '../../ports/system.ts';

interface Needs {
  readonly keepCodes: KeepCodes;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'clear'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly notify: Notify;
  readonly trail: Trail;
  readonly clock: Clock;
}

export function createBinding({
  keepCodes,
  enrolments,
  lockouts,
  trustedBrowsers,
  progress,
  notify,
  trail,
  clock,
}: Needs): Bind {
  return async (at, judgement, { passkey, enrolmentId, ...factor }, from) => {
    const { account, tenant } = judgement;
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
    const codes = await keepCodes(at, judgement, enrolmentId);
    const proof = { method: factor.method, enrolmentId, at: now, ...(passkey ? { passkey } : {}) };
    const newCodes = codes.areGood ? at.newCodes : null;
    const next = { ...at, pending: null, newCodes, proofs: [...at.proofs, proof] };
    const kept = await progress.save(next);
    // Of two clicks of the same form one inserts it, and notes it.
    if (inserted) {
      await replaceRefused(judgement, factor.method);
      // Trust was in who had the factors of before.
      await trustedBrowsers.removeAll(account.id);
      await note(judgement, factor.method, from, codes.isNew);
    }
    if (kept) return accepted(kept);
    return orTwin(at, await progress.find(at.uid, clock.now()), ({ proofs }) =>
      proofs.some((each) => each.enrolmentId === enrolmentId),
    );
  };

  /** A factor refused after too many failures is replaced by the new one, never revived beside it. */
  async function replaceRefused({ account, enrolments: before, lockout }: Judgement, method: MethodName) {
    // There is one inbox and one number: a new proof of it takes the place of the old one in any case.
    const isSingle = isSent(method);
    const isRefused = (lockout.failures[method] ?? 0) >= FAILURES_UNTIL_REFUSED;
    if (!isSingle && !isRefused) return;
    const old = before.filter((enrolment) => enrolment.method === method);
    await Promise.all(old.map((enrolment) => enrolments.remove(account.id, enrolment.id)));
    if (isRefused) await lockouts.clear(secondFactorSubject(account.id), method);
  }

  async function note({ account, tenant }: Judgement, method: MethodName, from: Visitor, madeCodes: boolean) {
    const line = { ...from, accountId: account.id, tenantId: tenant.id };
    await trail({ ...line, event: 'enrolment.created', method });
    if (madeCodes) await trail({ ...line, event: 'recovery.created' });
    await notify(account, { topic: 'factor-added', method });
  }
}
