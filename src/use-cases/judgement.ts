/** Collects what the policy needs to know of an account, asks it, and starts the grace that it grants. */
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../domain/attempts.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import type { MethodName } from '../domain/method.ts';
import { decide, type Facts, type Gather, type Judge } from '../domain/policy.ts';
import { enforcementFor, type Tenant } from '../domain/tenant.ts';
import type {
  AccountStore,
  ClaimStore,
  EnrolmentStore,
  LockoutStore,
  TrustedBrowserStore,
} from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';

interface GatherNeeds {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly lockouts: Pick<LockoutStore, 'read'>;
  readonly tenants: readonly Tenant[];
}

interface Needs extends GatherNeeds {
  readonly claims: Pick<ClaimStore, 'first' | 'peek'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'find'>;
  /** The methods that can be done now. */
  readonly available: () => readonly MethodName[];
  /** Whether a factor can still be asked for. */
  readonly isReachable: (facts: Pick<Facts, 'account'>, enrolment: Enrolment) => boolean;
  readonly clock: Clock;
}

export function createGather({ accounts, enrolments, lockouts, tenants }: GatherNeeds): Gather {
  const tenantById = new Map(tenants.map((tenant) => [tenant.id, tenant]));

  return async (accountId, known) => {
    const [account, enrolled, lockout] = await Promise.all([
      known
        ? Promise.resolve(known).then((one) => one ?? accounts.findById(accountId))
        : accounts.findById(accountId),
      enrolments.listByAccount(accountId),
      lockouts.read(secondFactorSubject(accountId)),
    ]);
    const tenant = account ? tenantById.get(account.tenantId) : undefined;
    return account && tenant ? { account, tenant, enrolments: enrolled, lockout } : null;
  };
}

export function createJudge(needs: Needs): Judge {
  const { claims, trustedBrowsers, available, isReachable, clock } = needs;
  const gather = createGather(needs);

  /** Whether it still is: trust is taken back, runs out, and is of one account. */
  async function isTrusted(id: string | null | undefined, accountId: string): Promise<boolean> {
    if (!id) return false;
    const browser = await trustedBrowsers.find(id, clock.now());
    return browser?.accountId === accountId;
  }

  return async ({ accountId, account: known, facts: given, trustedBrowserId, ...question }) => {
    const { proofs, demand, occasion } = question;
    const [facts, trustedBrowser] = await Promise.all([
      given ?? gather(accountId, known),
      given?.trustedBrowser ?? isTrusted(trustedBrowserId, accountId),
    ]);
    if (!facts) return null;
    const { account, tenant, enrolments: enrolled, lockout } = facts;

    const graceKey = `grace:${accountId}`;
    const graceMatters = tenant.secondFactor.graceDays > 0 && enrolled.length === 0;
    const started = graceMatters ? await claims.peek(graceKey) : null;
    const enforcement = enforcementFor(tenant.secondFactor, account);
    const situation = {
      enforcement,
      tenant: tenant.secondFactor,
      role: account.role,
      factors: enrolled.map((enrolment) => {
        const { id, method, isDefault } = enrolment;
        const isLive = (lockout.failures[method] ?? 0) < FAILURES_UNTIL_REFUSED;
        return {
          id,
          method,
          isDefault,
          // Asked where it matters alone: who has given enough is not held up by a secret that is opened.
          get accepted() {
            return isLive && isReachable(facts, enrolment);
          },
        };
      }),
      available: available(),
      proofs,
      demand,
      trustedBrowser,
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
    return { ...facts, trustedBrowser, enforcement, decision };
  };
}
