/** Lists a person's second factors for an administrator, and removes them when a phone is lost. */

import type { Account } from '../../domain/account.ts';
import {
  type Enrolment,
  type FactorSummary,
  hasFactor,
  withoutSecret,
} from '../../domain/enrolment/enrolment.ts';
import { sentTo } from '../../domain/methods/index.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { EndSessions } from '../sign-in/end-sessions.ts';

interface FactorsDeps {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  /** Null: a host ends the sessions of its own provider. Each of them is asked to sign in again all the same. */
  readonly endSessions: Pick<EndSessions, 'withLostFactor'> | null;
  readonly events: EventLog;
  /** Stands in the audit log, unless a call names another. A host may have asked the owner; an operator acts for the owner. */
  readonly actor: 'operator' | 'host';
}

export function createFactors(deps: FactorsDeps) {
  const { accounts, enrolments, lockouts, trustedBrowsers, endSessions, events, actor } = deps;

  /** Oldest first. */
  async function list(accountId: string): Promise<FactorSummary[]> {
    return (await enrolments.listByAccount(accountId)).map(withoutSecret);
  }

  /**
   * Removes one factor or all, and clears their failures and their lock. Ends the sessions and tokens that used
   * them, and tells their applications. Notifies the owner, because the request may have come from an impostor. Returns the removed factors.
   */
  async function remove(
    accountId: string,
    which: { readonly id: string } | 'all',
    by: string = actor,
  ): Promise<FactorSummary[]> {
    const [account, all] = await Promise.all([
      accounts.findById(accountId),
      enrolments.listByAccount(accountId),
    ]);
    // Recovery codes replace a lost factor, so they are removed with the last factor.
    const isAll = which === 'all' || !hasFactor(all.filter(({ id }) => id !== which.id));
    const removed: Enrolment[] = [];
    try {
      for (const enrolment of all) {
        const isMeant = isAll || enrolment.id === which.id;
        if (isMeant && (await enrolments.remove(accountId, enrolment.id))) removed.push(enrolment);
      }
      if (removed.length > 0) {
        await lockouts.reset(secondFactorSubject(accountId));
        await trustedBrowsers.removeAll(accountId);
        await endSessions?.withLostFactor(accountId, null);
      }
    } finally {
      // After a failure too: these factors are gone.
      for (const enrolment of removed) await appendRemoval(account, enrolment, by);
    }
    return removed.map(withoutSecret);
  }

  async function appendRemoval(
    account: Account | null,
    { accountId, tenantId, method }: Enrolment,
    by: string,
  ): Promise<void> {
    const phone = sentTo(method) === 'number' ? account?.phone : null;
    await events.append({
      name: 'enrolment.removed',
      cause: actor === 'host' ? 'removal' : 'administration',
      account,
      accountId,
      tenantId,
      method,
      actor: by,
      also: phone ? [{ channel: 'sms', to: phone }] : [],
    });
  }

  return { list, remove };
}

export type Factors = ReturnType<typeof createFactors>;
