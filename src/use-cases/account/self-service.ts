/** The changes that people make to their own second factors, after a recent authentication. */
import { phoneOf, regionsOf } from '../../domain/contact.ts';
import { type Enrolment, hasFactor } from '../../domain/enrolment/enrolment.ts';
import { methodsToAdd } from '../../domain/enrolment/offer.ts';
import { methodSentTo, sentTo } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { numberContactOf } from '../../domain/notice.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import { removesPhone } from '../../domain/self-service/details.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { FormSender } from './own-details.ts';

interface SelfServiceDeps {
  readonly accounts: Pick<AccountStore, 'setPhone'>;
  readonly enrolments: Pick<EnrolmentStore, 'remove' | 'insert' | 'listByAccount'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  /** The methods that can be completed now. */
  readonly available: () => readonly MethodName[];
  /** Beginnings of the numbers that are sent to; null: any number. */
  readonly allowedPrefixes: readonly string[] | null;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The request that removes factors, and its reason. */
interface Removal {
  readonly ip: string;
  readonly cause: 'removal' | 'contact-change';
}

export function createSelfService({
  accounts,
  enrolments,
  lockouts,
  trustedBrowsers,
  available,
  allowedPrefixes,
  events,
  clock,
}: SelfServiceDeps) {
  /** The methods that this account may enrol by itself. `replaced`: the id of a factor that goes when the new one works. */
  function offered(policyResult: PolicyResult, replaced: string | null = null): readonly MethodName[] {
    return methodsToAdd(policyResult, available(), replaced);
  }

  /** Removing the last factor is allowed where the policy requires none. */
  function mayTurnOff({ enforcement }: PolicyResult): boolean {
    return enforcement !== 'required';
  }

  /** Why this factor may not be removed now. Null when it may, or when it is gone already. */
  function whyNotRemoved(policyResult: PolicyResult, id: string): Refusal | null {
    const { account, enrolments: all } = policyResult;
    if (!all.some((each) => each.id === id)) return null;
    if (account.frozenAt !== null) return FROZEN;
    const isLast = !hasFactor(all.filter((each) => each.id !== id));
    return isLast && !mayTurnOff(policyResult) ? { code: 'enforced' } : null;
  }

  /** Why the second factor may not be turned off now. Null when it may. */
  function whyNotTurnedOff(policyResult: PolicyResult): Refusal | null {
    if (!mayTurnOff(policyResult)) return { code: 'enforced' };
    return policyResult.account.frozenAt === null ? null : FROZEN;
  }

  /** Removes one factor if it still exists. The last one stays where the organisation requires one. */
  async function remove(policyResult: PolicyResult, id: string, ip: string): Promise<Outcome<null>> {
    const { account, enrolments: all } = policyResult;
    const enrolment = all.find((each) => each.id === id);
    const refusal = whyNotRemoved(policyResult, id);
    if (refusal) return refused(refusal);
    if (!enrolment) return accepted(null);
    if (mayTurnOff(policyResult)) {
      await removeAll(policyResult, [enrolment], { ip, cause: 'removal' });
      // Recovery codes replace a lost factor. They are removed with the last factor, by either form.
      const left = await enrolments.listByAccount(account.id);
      if (!hasFactor(left))
        await removeAll({ ...policyResult, enrolments: left }, left, { ip, cause: 'removal' });
      return accepted(null);
    }
    if (!(await enrolments.remove(account.id, id))) return accepted(null);
    // Two simultaneous requests may each rely on the factor that the other one removes. The last one is then
    // restored.
    if (!hasFactor(await enrolments.listByAccount(account.id))) {
      await enrolments.insert(enrolment);
      return refused({ code: 'enforced' });
    }
    try {
      await trustedBrowsers.removeAll(account.id);
    } finally {
      await appendRemoval(policyResult, enrolment, { ip, cause: 'removal' });
    }
    return accepted(null);
  }

  /** Removes every factor. The next sign-in then needs only the password. */
  async function turnOff(policyResult: PolicyResult, ip: string): Promise<Outcome<null>> {
    const refusal = whyNotTurnedOff(policyResult);
    if (refusal) return refused(refusal);
    await removeAll(policyResult, policyResult.enrolments, { ip, cause: 'removal' });
    return accepted(null);
  }

  /**
   * Changes the telephone number. Codes go to confirmed numbers only, so the factor of the old number is removed.
   * Without another factor, the next sign-in leads to an enrolment if the organisation requires one. An empty text removes the
   * number. Gives the ids of the removed factors.
   */
  async function changePhone(
    policyResult: PolicyResult,
    typed: string,
    { locale, ...from }: FormSender,
  ): Promise<Outcome<readonly string[]>> {
    const { account, tenant, enrolments: all } = policyResult;
    if (account.frozenAt !== null) return refused(FROZEN);
    const isRemoval = removesPhone(typed);
    const phone = isRemoval ? null : phoneOf(typed, regionsOf(tenant, locale, allowedPrefixes));
    if (phone === null && !isRemoval) return refused({ code: 'phone_invalid' });
    if (phone === account.phone) return accepted([]);
    const remaining = all.filter(({ method }) => sentTo(method) !== 'number');
    const lost = all.filter(({ method }) => sentTo(method) === 'number' || !hasFactor(remaining));
    const proven = remaining.length < all.length ? numberContactOf(account) : [];
    // Removed before the number changes, so that a retry after a failure finds no factor of the old number.
    if (remaining.length < all.length)
      await removeAll(policyResult, lost, { ip: from.ip, cause: 'contact-change' });
    await accounts.setPhone(account.id, phone, clock.now());
    const who = { accountId: account.id, tenantId: account.tenantId };
    await events.append({
      ...from,
      ...who,
      name: 'contact.changed',
      cause: 'self-service',
      account,
      method: methodSentTo('number'),
      also: proven,
    });
    return accepted(remaining.length < all.length ? lost.map(({ id }) => id) : []);
  }

  /** Does not touch those that are gone already. */
  async function removeAll(
    policyResult: PolicyResult,
    chosen: readonly Enrolment[],
    removal: Removal,
  ): Promise<void> {
    const { account, enrolments: all } = policyResult;
    const removed: Enrolment[] = [];
    try {
      for (const enrolment of chosen) {
        if (!(await enrolments.remove(account.id, enrolment.id))) continue;
        removed.push(enrolment);
        await trustedBrowsers.removeAll(account.id);
      }
      if (chosen.length === all.length) await lockouts.reset(secondFactorSubject(account.id));
    } finally {
      // After a failure too: these factors are gone.
      for (const enrolment of removed) await appendRemoval(policyResult, enrolment, removal);
    }
  }

  /** The number was confirmed until now. A message tells a possible reader there that no more codes come. */
  async function appendRemoval(
    { account }: PolicyResult,
    { method }: Enrolment,
    { ip, cause }: Removal,
  ): Promise<void> {
    await events.append({
      name: 'enrolment.removed',
      cause,
      account,
      accountId: account.id,
      tenantId: account.tenantId,
      method,
      ip,
      also: sentTo(method) === 'number' ? numberContactOf(account) : [],
    });
  }

  return { offered, mayTurnOff, whyNotRemoved, whyNotTurnedOff, remove, turnOff, changePhone };
}

export type SelfService = ReturnType<typeof createSelfService>;
