/** What somebody in charge sees of a person's second factors, and does when a phone is lost. */

import { type FactorSummary, hasFactor, isFactor, withoutSecret } from '../../domain/enrolment/enrolment.ts';
import { sentTo } from '../../domain/methods/index.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import type { Notify } from '../../ports/senders.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { AuditLog } from '../../ports/system.ts';

interface FactorsDeps {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly notify: Notify;
  readonly auditLog: AuditLog;
}

export function createFactors({
  accounts,
  enrolments,
  lockouts,
  trustedBrowsers,
  notify,
  auditLog,
}: FactorsDeps) {
  /** Oldest first. */
  async function list(accountId: string): Promise<FactorSummary[]> {
    return (await enrolments.listByAccount(accountId)).map(withoutSecret);
  }

  /**
   * Removes one factor, or all of them, and forgets the failures and the lock that stood against them: what is set
   * up next starts anew. Sessions and tokens that were built on them end, and their owner is told: who asked for it may
   * have been somebody else. Gives what was removed.
   */
  async function remove(accountId: string, which: { readonly id: string } | 'all'): Promise<FactorSummary[]> {
    const removed: FactorSummary[] = [];
    const all = await enrolments.listByAccount(accountId);
    // Codes on paper get in when a factor is lost: with the last factor they go as well.
    const isAll = which === 'all' || !hasFactor(all.filter(({ id }) => id !== which.id));
    for (const enrolment of all) {
      const { id, tenantId, method } = enrolment;
      const isMeant = isAll || id === which.id;
      if (!isMeant || !(await enrolments.remove(accountId, id))) continue;
      await auditLog({ event: 'enrolment.removed', accountId, tenantId, method });
      removed.push(withoutSecret(enrolment));
    }
    if (removed.length > 0) {
      await lockouts.reset(secondFactorSubject(accountId));
      await trustedBrowsers.removeAll(accountId);
      await tell(accountId, removed.filter(isFactor));
    }
    return removed;
  }

  async function tell(accountId: string, removed: readonly FactorSummary[]): Promise<void> {
    const account = await accounts.findById(accountId);
    if (!account) return;
    const { phone } = account;
    for (const { method } of removed) {
      // Proven until a moment ago: whoever reads messages there learns that no more codes come.
      const also =
        sentTo(method) === 'number' && phone !== null ? [{ channel: 'sms', to: phone } as const] : [];
      await notify(account, { topic: 'factor-removed', method, also });
    }
  }

  return { list, remove };
}

export type Factors = ReturnType<typeof createFactors>;
