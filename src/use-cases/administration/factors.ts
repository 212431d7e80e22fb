/** Lists a person's second factors for an administrator, and removes them when a phone is lost. */

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
   * Removes one factor or all, and clears their failures and their lock. Ends the sessions and tokens that used
   * them. Notifies the owner, because the request may have come from an impostor. Returns the removed factors.
   */
  async function remove(accountId: string, which: { readonly id: string } | 'all'): Promise<FactorSummary[]> {
    const removed: FactorSummary[] = [];
    const all = await enrolments.listByAccount(accountId);
    // Recovery codes replace a lost factor, so they are removed with the last factor.
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
      // The number was confirmed until now. A message tells a possible reader there that no more codes come.
      const also =
        sentTo(method) === 'number' && phone !== null ? [{ channel: 'sms', to: phone } as const] : [];
      await notify(account, { topic: 'factor-removed', method, also });
    }
  }

  return { list, remove };
}

export type Factors = ReturnType<typeof createFactors>;
