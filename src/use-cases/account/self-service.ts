/** The changes that people make to their own second factors, after a recent authentication. */
import type { Account } from '../../domain/account.ts';
import { phoneOf } from '../../domain/contact.ts';
import { type Enrolment, hasFactor, isFactor } from '../../domain/enrolment/enrolment.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import { methodSentTo, sentTo } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { methodsOnOffer } from '../../domain/tenant.ts';
import type { Notify } from '../../ports/senders.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { AuditLog } from '../../ports/system.ts';

interface SelfServiceDeps {
  readonly accounts: Pick<AccountStore, 'setPhone'>;
  readonly enrolments: Pick<EnrolmentStore, 'remove' | 'insert' | 'listByAccount' | 'setDefault'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  /** The methods that can be completed now. */
  readonly available: () => readonly MethodName[];
  readonly notify: Notify;
  readonly auditLog: AuditLog;
}

/** Per account. An answer is compared with every enrolment of its method, so each one helps a guesser. */
const MOST_OF_A_METHOD = 10;

export function createSelfService({
  accounts,
  enrolments,
  lockouts,
  trustedBrowsers,
  available,
  notify,
  auditLog,
}: SelfServiceDeps) {
  /** The methods that this account may enrol by itself. */
  function offered({ enforcement, tenant, account, enrolments: all }: PolicyResult): readonly MethodName[] {
    const onOffer = methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role);
    // An account has one e-mail address, so a second enrolment would be the same.
    const hasInbox = account.emailConfirmed && all.some(({ method }) => sentTo(method) === 'address');
    const isFull = (method: MethodName) =>
      all.filter((each) => each.method === method).length >= MOST_OF_A_METHOD;
    return onOffer.filter(
      (method) =>
        available().includes(method) && !(sentTo(method) === 'address' && hasInbox) && !isFull(method),
    );
  }

  /** Removing the last factor is allowed where the policy requires none. */
  function mayTurnOff({ enforcement }: PolicyResult): boolean {
    return enforcement !== 'required';
  }

  /** Removes one factor if it still exists. The last one stays where the organisation requires one. */
  async function remove(policyResult: PolicyResult, id: string, ip: string): Promise<Outcome<null>> {
    const { account, enrolments: all } = policyResult;
    const enrolment = all.find((each) => each.id === id);
    if (!enrolment) return accepted(null);
    if (account.frozenAt !== null) return refused(FROZEN);
    if (mayTurnOff(policyResult)) {
      await removeAndTell(policyResult, [enrolment], ip);
      // Recovery codes replace a lost factor. They are removed with the last factor, by either form.
      const left = await enrolments.listByAccount(account.id);
      if (!hasFactor(left)) await removeAll({ ...policyResult, enrolments: left }, left, ip);
      return accepted(null);
    }
    if (!hasFactor(all.filter((each) => each.id !== id))) return refused({ code: 'enforced' });
    if (!(await enrolments.remove(account.id, id))) return accepted(null);
    // Two simultaneous requests may each rely on the factor that the other one removes. The last one is then
    // restored.
    if (!hasFactor(await enrolments.listByAccount(account.id))) {
      await enrolments.insert(enrolment);
      return refused({ code: 'enforced' });
    }
    await note(policyResult, enrolment, ip);
    await tell(policyResult, enrolment);
    return accepted(null);
  }

  /** Removes every factor. The next sign-in then needs only the password. */
  async function turnOff(policyResult: PolicyResult, ip: string): Promise<Outcome<null>> {
    if (!mayTurnOff(policyResult)) return refused({ code: 'enforced' });
    if (policyResult.account.frozenAt !== null) return refused(FROZEN);
    return removeAndTell(policyResult, policyResult.enrolments, ip);
  }

  /**
   * Sets the method that is asked for first. Null lets the person choose each time. Refuses a factor of another
   * account.
   */
  async function makeDefault(
    { account, enrolments: all }: PolicyResult,
    id: string | null,
    ip: string,
  ): Promise<Outcome<null>> {
    const chosen = all.find((each) => each.id === id && isFactor(each));
    if (id !== null && !chosen) return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    await enrolments.setDefault(account.id, id);
    const who = { accountId: account.id, tenantId: account.tenantId, ip };
    await auditLog({ ...who, event: 'enrolment.default_chosen', method: chosen?.method ?? null });
    return accepted(null);
  }

  /**
   * Changes the telephone number. Codes go to confirmed numbers only, so the factor of the old number is removed.
   * Without another factor, the next sign-in leads to an enrolment if the organisation requires one.
   */
  async function changePhone(
    policyResult: PolicyResult,
    typed: string,
    from: Visitor,
  ): Promise<Outcome<null>> {
    const { account, enrolments: all } = policyResult;
    if (account.frozenAt !== null) return refused(FROZEN);
    const phone = phoneOf(typed);
    if (phone === null) return refused({ code: 'phone_invalid' });
    if (phone === account.phone) return accepted(null);
    const remaining = all.filter(({ method }) => sentTo(method) !== 'number');
    const lost = all.filter(({ method }) => sentTo(method) === 'number' || !hasFactor(remaining));
    const proven = remaining.length < all.length ? numberOf(account) : [];
    // Removed before the number changes, so that a retry after a failure finds no factor of the old number.
    if (remaining.length < all.length) await removeAll(policyResult, lost, from.ip);
    await accounts.setPhone(account.id, phone);
    const who = { accountId: account.id, tenantId: account.tenantId };
    await auditLog({ ...from, ...who, event: 'contact.changed', method: methodSentTo('number') });
    await notify(account, { topic: 'phone-changed', also: proven });
    return accepted(null);
  }

  async function removeAndTell(policyResult: PolicyResult, chosen: readonly Enrolment[], ip: string) {
    for (const enrolment of await removeAll(policyResult, chosen, ip)) await tell(policyResult, enrolment);
    return accepted(null);
  }

  /** Returns the factors that still existed. */
  async function removeAll(
    policyResult: PolicyResult,
    chosen: readonly Enrolment[],
    ip: string,
  ): Promise<readonly Enrolment[]> {
    const { account, enrolments: all } = policyResult;
    const removed: Enrolment[] = [];
    for (const enrolment of chosen) {
      if (!(await enrolments.remove(account.id, enrolment.id))) continue;
      await note(policyResult, enrolment, ip);
      removed.push(enrolment);
    }
    if (chosen.length === all.length) await lockouts.reset(secondFactorSubject(account.id));
    return removed;
  }

  async function note({ account }: PolicyResult, { method }: Enrolment, ip: string): Promise<void> {
    const who = { accountId: account.id, tenantId: account.tenantId };
    await auditLog({ ...who, event: 'enrolment.removed', method, ip });
    await trustedBrowsers.removeAll(account.id);
  }

  async function tell({ account }: PolicyResult, enrolment: Enrolment): Promise<void> {
    if (!isFactor(enrolment)) return;
    const { method } = enrolment;
    // The number was confirmed until now. A message tells a possible reader there that no more codes come.
    const also = sentTo(method) === 'number' ? numberOf(account) : [];
    await notify(account, { topic: 'factor-removed', method, also });
  }

  return { offered, mayTurnOff, remove, turnOff, makeDefault, changePhone };
}

function numberOf({ phone }: Account) {
  return phone === null ? [] : [{ channel: 'sms', to: phone } as const];
}

export type SelfService = ReturnType<typeof createSelfService>;
