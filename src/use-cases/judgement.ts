/** Collects what the policy needs to know of an account, asks it, and starts the grace that it grants. */
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../domain/attempts.ts';
import type { MethodName } from '../domain/method.ts';
import { decide, type Judge } from '../domain/policy.ts';
import { enforcementFor, type Tenant } from '../domain/tenant.ts';
import type { AccountStore, ClaimStore, EnrolmentStore, LockoutStore } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';

interface Needs {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly lockouts: Pick<LockoutStore, 'read'>;
  readonly claims: Pick<ClaimStore, 'first' | 'peek'>;
  readonly tenants: readonly Tenant[];
  readonly available: readonly MethodName[];
  readonly clock: Clock;
}

export function createJudge({
  accounts,
  enrolments,
  lockouts,
  claims,
  tenants,
  available,
  clock,
}: Needs): Judge {
  const tenantById = new Map(tenants.map((tenant) => [tenant.id, tenant]));

  return async ({ accountId, account: known, proofs, demand, occasion }) => {
    const [account, enrolled, lockout] = await Promise.all([
      known ?? accounts.findById(accountId),
      enrolments.listByAccount(accountId),
      lockouts.read(secondFactorSubject(accountId)),
    ]);
    const tenant = account ? tenantById.get(account.tenantId) : undefined;
    if (!account || !tenant) return null;

    const graceKey = `grace:${accountId}`;
    const graceMatters = tenant.secondFactor.graceDays > 0 && enrolled.length === 0;
    const started = graceMatters ? await claims.peek(graceKey) : null;
    const enforcement = enforcementFor(tenant.secondFactor, account);
    const situation = {
      enforcement,
      tenant: tenant.secondFactor,
      role: account.role,
      factors: enrolled.map(({ id, method, isDefault }) => {
        return { id, method, isDefault, accepted: (lockout.failures[method] ?? 0) < FAILURES_UNTIL_REFUSED };
      }),
      available,
      proofs,
      demand,
      trustedBrowser: false,
      occasion,
      now: clock.now(),
    };
    let decision = decide({ ...situation, graceStartedAt: started === null ? null : Number(started) });
    const beginsGrace =
      started === null &&
      ((decision.kind === 'satisfied' && decision.onGrace) ||
        (decision.kind === 'set-up' && decision.laterUntil !== null));
    if (beginsGrace) {
      // Somebody else may have been first: the earliest start is the one that counts.
      const first = await claims.first(graceKey, String(situation.now), null);
      decision = decide({ ...situation, graceStartedAt: Number(first) });
    }
    return { account, tenant, enforcement, enrolments: enrolled, lockout, decision };
  };
}
