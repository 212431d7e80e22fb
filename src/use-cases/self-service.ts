/** What people change about their own second factor, once they have proven it a moment ago. */
import { secondFactorSubject } from '../domain/attempts.ts';
import { type Enrolment, hasFactor } from '../domain/enrolment.ts';
import type { MethodName } from '../domain/method.ts';
import type { Judgement } from '../domain/policy.ts';
import { accepted, type Outcome, refused } from '../domain/refusal.ts';
import { methodsOnOffer } from '../domain/tenant.ts';
import type { Notify } from '../ports/senders.ts';
import type { EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../ports/stores.ts';
import type { Trail } from '../ports/system.ts';

interface Needs {
  readonly enrolments: Pick<EnrolmentStore, 'remove' | 'insert' | 'listByAccount' | 'setDefault'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  /** The methods that can be done now. */
  readonly available: () => readonly MethodName[];
  readonly notify: Notify;
  readonly trail: Trail;
}

export function createSelfService({
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
    return onOffer.filter((method) => available().includes(method) && !(method === 'email' && hasInbox));
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
    if (account.frozenAt !== null) return refused({ code: 'forbidden' });
    // Codes on paper get in when a factor is lost: with the last factor they go as well.
    const remaining = all.filter((each) => each.id !== id);
    if (mayTurnOff(judgement)) {
      return removeAll(judgement, hasFactor(remaining) ? [enrolment] : all, address);
    }
    if (!hasFactor(remaining)) return refused({ code: 'enforced' });
    if (!(await enrolments.remove(account.id, id))) return accepted(null);
    // Two forms at once may each rely on the factor that the other one removes: the last one comes back.
    if (!hasFactor(await enrolments.listByAccount(account.id))) {
      await enrolments.insert(enrolment);
      return refused({ code: 'enforced' });
    }
    await note(judgement, enrolment, address);
    return accepted(null);
  }

  /** Removes every factor: from the next sign-in on the password is enough. */
  async function turnOff(judgement: Judgement, address: string): Promise<Outcome<null>> {
    if (!mayTurnOff(judgement)) return refused({ code: 'enforced' });
    if (judgement.account.frozenAt !== null) return refused({ code: 'forbidden' });
    return removeAll(judgement, judgement.enrolments, address);
  }

  /** The method that is asked for first; null: the person chooses each time. Refuses a factor that is not theirs. */
  async function makeDefault(
    { account, enrolments: all }: Judgement,
    id: string | null,
    address: string,
  ): Promise<Outcome<null>> {
    const chosen = all.find((each) => each.id === id && each.method !== 'recovery');
    if (id !== null && !chosen) return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused({ code: 'forbidden' });
    await enrolments.setDefault(account.id, id);
    const who = { accountId: account.id, tenantId: account.tenantId, address };
    await trail({ ...who, event: 'enrolment.default_chosen', method: chosen?.method ?? null });
    return accepted(null);
  }

  async function removeAll(judgement: Judgement, chosen: readonly Enrolment[], address: string) {
    const { account, enrolments: all } = judgement;
    for (const enrolment of chosen) {
      if (await enrolments.remove(account.id, enrolment.id)) await note(judgement, enrolment, address);
    }
    if (chosen.length === all.length) await lockouts.reset(secondFactorSubject(account.id));
    return accepted(null);
  }

  async function note({ account }: Judgement, { method }: Enrolment, address: string): Promise<void> {
    const who = { accountId: account.id, tenantId: account.tenantId };
    await trail({ ...who, event: 'enrolment.removed', method, address });
    await trustedBrowsers.removeAll(account.id);
    if (method !== 'recovery') await notify(account, { topic: 'factor-removed', method });
  }

  return { offered, mayTurnOff, remove, turnOff, makeDefault };
}

export type SelfService = ReturnType<typeof createSelfService>;
