/** What people change about their own second factor, once they have proven it a moment ago. */
import type { Account } from '../../domain/account.ts';
import { phoneOf } from '../../domain/contact.ts';
import { type Enrolment, hasFactor } from '../../domain/enrolment/enrolment.ts';
import type { Visitor } from '../../domain/enrolment/steps.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { methodsOnOffer } from '../../domain/tenant.ts';
import type { Notify } from '../../ports/senders.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { Trail } from '../../ports/system.ts';

interface Needs {
  readonly accounts: Pick<AccountStore, 'setPhone'>;
  readonly enrolments: Pick<EnrolmentStore, 'remove' | 'insert' | 'listByAccount' | 'setDefault'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  /** The methods that can be done now. */
  readonly available: () => readonly MethodName[];
  readonly notify: Notify;
  readonly trail: Trail;
}

/** Of one account: a guess is held against each of them, and each is one more that it may meet. */
const MOST_OF_A_METHOD = 10;

export function createSelfService({
  accounts,
  enrolments,
  lockouts,
  trustedBrowsers,
  available,
  notify,
  trail,
}: Needs) {
  /** The methods that this account may set up by itself. */
  function offered({ enforcement, tenant, account, enrolments: all }: Judgement): readonly MethodName[] {
    const onOffer = methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role);
    // There is one inbox: set up again it would be the same.
    const hasInbox = account.emailConfirmed && all.some(({ method }) => method === 'email');
    const isFull = (method: MethodName) =>
      all.filter((each) => each.method === method).length >= MOST_OF_A_METHOD;
    return onOffer.filter(
      (method) => available().includes(method) && !(method === 'email' && hasInbox) && !isFull(method),
    );
  }

  /** Turning off, and removing the last factor, is for those of whom none is required. */
  function mayTurnOff({ enforcement }: Judgement): boolean {
    return enforcement !== 'required';
  }

  /** Removes one factor, unless it is gone already; the last one stays where the organisation requires one. */
  async function remove(judgement: Judgement, id: string, address: string): Promise<Outcome<null>> {
    const { account, enrolments: all } = judgement;
    const enrolment = all.find((each) => each.id === id);
    if (!enrolment) return accepted(null);
    if (account.frozenAt !== null) return refused(FROZEN);
    if (mayTurnOff(judgement)) {
      await removeAndTell(judgement, [enrolment], address);
      // Codes on paper get in when a factor is lost: with the last factor they go as well, whichever form removed that.
      const left = await enrolments.listByAccount(account.id);
      if (!hasFactor(left)) await removeAll({ ...judgement, enrolments: left }, left, address);
      return accepted(null);
    }
    if (!hasFactor(all.filter((each) => each.id !== id))) return refused({ code: 'enforced' });
    if (!(await enrolments.remove(account.id, id))) return accepted(null);
    // Two forms at once may each rely on the factor that the other one removes: the last one comes back.
    if (!hasFactor(await enrolments.listByAccount(account.id))) {
      await enrolments.insert(enrolment);
      return refused({ code: 'enforced' });
    }
    await note(judgement, enrolment, address);
    await tell(judgement, enrolment);
    return accepted(null);
  }

  /** Removes every factor: from the next sign-in on the password is enough. */
  async function turnOff(judgement: Judgement, address: string): Promise<Outcome<null>> {
    if (!mayTurnOff(judgement)) return refused({ code: 'enforced' });
    if (judgement.account.frozenAt !== null) return refused(FROZEN);
    return removeAndTell(judgement, judgement.enrolments, address);
  }

  /** The method that is asked for first; null: the person chooses each time. Refuses a factor that is not theirs. */
  async function makeDefault(
    { account, enrolments: all }: Judgement,
    id: string | null,
    address: string,
  ): Promise<Outcome<null>> {
    const chosen = all.find((each) => each.id === id && each.method !== 'recovery');
    if (id !== null && !chosen) return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    await enrolments.setDefault(account.id, id);
    const who = { accountId: account.id, tenantId: account.tenantId, address };
    await trail({ ...who, event: 'enrolment.default_chosen', method: chosen?.method ?? null });
    return accepted(null);
  }

  /**
   * Another telephone number. Codes go to none that was not proven: with the old number its factor goes, and where it
   * was the last one the next sign-in leads to a set-up, if the organisation requires one.
   */
  async function changePhone(judgement: Judgement, typed: string, from: Visitor): Promise<Outcome<null>> {
    const { account, enrolments: all } = judgement;
    if (account.frozenAt !== null) return refused(FROZEN);
    const phone = phoneOf(typed);
    if (phone === null) return refused({ code: 'phone_invalid' });
    if (phone === account.phone) return accepted(null);
    const remaining = all.filter(({ method }) => method !== 'sms');
    const lost = all.filter(({ method }) => method === 'sms' || !hasFactor(remaining));
    const proven = remaining.length < all.length ? numberOf(account) : [];
    // Before the number: whoever tries again after a failure finds nothing bound to the old one.
    if (remaining.length < all.length) await removeAll(judgement, lost, from.address);
    await accounts.setPhone(account.id, phone);
    const who = { accountId: account.id, tenantId: account.tenantId };
    await trail({ ...from, ...who, event: 'contact.changed', method: 'sms' });
    await notify(account, { topic: 'phone-changed', also: proven });
    return accepted(null);
  }

  async function removeAndTell(judgement: Judgement, chosen: readonly Enrolment[], address: string) {
    for (const enrolment of await removeAll(judgement, chosen, address)) await tell(judgement, enrolment);
    return accepted(null);
  }

  /** Gives those that were still there. */
  async function removeAll(
    judgement: Judgement,
    chosen: readonly Enrolment[],
    address: string,
  ): Promise<readonly Enrolment[]> {
    const { account, enrolments: all } = judgement;
    const removed: Enrolment[] = [];
    for (const enrolment of chosen) {
      if (!(await enrolments.remove(account.id, enrolment.id))) continue;
      await note(judgement, enrolment, address);
      removed.push(enrolment);
    }
    if (chosen.length === all.length) await lockouts.reset(secondFactorSubject(account.id));
    return removed;
  }

  async function note({ account }: Judgement, { method }: Enrolment, address: string): Promise<void> {
    const who = { accountId: account.id, tenantId: account.tenantId };
    await trail({ ...who, event: 'enrolment.removed', method, address });
    await trustedBrowsers.removeAll(account.id);
  }

  async function tell({ account }: Judgement, { method }: Enrolment): Promise<void> {
    if (method === 'recovery') return;
    // Proven until a moment ago: whoever reads messages there learns that no more codes come.
    const also = method === 'sms' ? numberOf(account) : [];
    await notify(account, { topic: 'factor-removed', method, also });
  }

  return { offered, mayTurnOff, remove, turnOff, makeDefault, changePhone };
}

function numberOf({ phone }: Account) {
  return phone === null ? [] : [{ channel: 'sms', to: phone } as const];
}

export type SelfService = ReturnType<typeof createSelfService>;
