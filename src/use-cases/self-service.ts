/** What people change about their own second factor, once they have proven it a moment ago. */
import { secondFactorSubject } from '../domain/attempts.ts';
import type { MethodName } from '../domain/method.ts';
import type { Judgement } from '../domain/policy.ts';
import { accepted, type Outcome, refused } from '../domain/refusal.ts';
import { methodsOnOffer } from '../domain/tenant.ts';
import type { EnrolmentStore, LockoutStore } from '../ports/stores.ts';
import type { Trail } from '../ports/system.ts';

interface Needs {
  readonly enrolments: Pick<EnrolmentStore, 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly available: readonly MethodName[];
  readonly trail: Trail;
}

export function createSelfService({ enrolments, lockouts, available, trail }: Needs) {
  /** The methods that this account may set up by itself. */
  function offered({ enforcement, tenant, account }: Judgement): readonly MethodName[] {
    const onOffer = methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role);
    return onOffer.filter((method) => available.includes(method));
  }

  /** Turning off, and removing the last factor, is for those of whom none is required. */
  function mayTurnOff({ enforcement }: Judgement): boolean {
    return enforcement !== 'required';
  }

  /** Removes one factor, unless it is gone already; the last one stays where the organisation requires one. */
  async function remove(judgement: Judgement, id: string, address: string): Promise<Outcome<null>> {
    if (!judgement.enrolments.some((enrolment) => enrolment.id === id)) return accepted(null);
    if (judgement.enrolments.length === 1 && !mayTurnOff(judgement)) return refused({ code: 'enforced' });
    return removeAll(judgement, [id], address);
  }

  /** Removes every factor: from the next sign-in on the password is enough. */
  async function turnOff(judgement: Judgement, address: string): Promise<Outcome<null>> {
    if (!mayTurnOff(judgement)) return refused({ code: 'enforced' });
    const ids = judgement.enrolments.map((enrolment) => enrolment.id);
    return removeAll(judgement, ids, address);
  }

  async function removeAll({ account, enrolments: all }: Judgement, ids: readonly string[], address: string) {
    for (const id of ids) {
      if (!(await enrolments.remove(account.id, id))) continue;
      const method = all.find((enrolment) => enrolment.id === id)?.method ?? null;
      await trail({
        event: 'enrolment.removed',
        accountId: account.id,
        tenantId: account.tenantId,
        method,
        address,
      });
    }
    if (ids.length === all.length) await lockouts.reset(secondFactorSubject(account.id));
    return accepted(null);
  }

  return { offered, mayTurnOff, remove, turnOff };
}

export type SelfService = ReturnType<typeof createSelfService>;
