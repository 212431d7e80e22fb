/** Collects what the policy needs to know of an account, asks it, and starts the grace that it grants. */

import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import {
  decide,
  decideByProofs,
  type Facts,
  type Gather,
  type Judge,
  type Judgement,
  type JudgeStanding,
  type Question,
  type StandingFacts,
} from '../../domain/policy/policy.ts';
import { FAILURES_UNTIL_REFUSED, type Lockout, secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { enforcementFor, type Tenant } from '../../domain/tenant.ts';
import type {
  AccountStore,
  ClaimStore,
  EnrolmentStore,
  LockoutStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface StandingGatherNeeds {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly tenants: readonly Tenant[];
}

interface GatherNeeds extends StandingGatherNeeds {
  readonly lockouts: Pick<LockoutStore, 'read'>;
}

interface DecidingNeeds {
  readonly claims: Pick<ClaimStore, 'first' | 'peek'>;
  readonly lockouts: Pick<LockoutStore, 'read'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'find'>;
  /** The methods that can be done now. */
  readonly available: () => readonly MethodName[];
  /** Whether a factor can still be asked for. */
  readonly isReachable: (facts: Pick<Facts, 'account'>, enrolment: Enrolment) => boolean;
  readonly clock: Clock;
}

type Asked = Pick<Question, 'proofs' | 'demand' | 'occasion'>;
type StandingJudgement = Omit<Judgement, 'lockout'>;

export function createStandingGather({
  accounts,
  enrolments,
  tenants,
}: StandingGatherNeeds): Gather<StandingFacts> {
  const tenantById = new Map(tenants.map((tenant) => [tenant.id, tenant]));

  return async (accountId, known) => {
    const [account, enrolled] = await Promise.all([
      known
        ? Promise.resolve(known).then((one) => one ?? accounts.findById(accountId))
        : accounts.findById(accountId),
      enrolments.listByAccount(accountId),
    ]);
    const tenant = account ? tenantById.get(account.tenantId) : undefined;
    return account && tenant ? { account, tenant, enrolments: enrolled } : null;
  };
}

export function createGather(needs: GatherNeeds): Gather {
  const gather = createStandingGather(needs);
  return async (accountId, known) => {
    const [facts, lockout] = await Promise.all([
      gather(accountId, known),
      needs.lockouts.read(secondFactorSubject(accountId)),
    ]);
    return facts && { ...facts, lockout };
  };
}

/** Whether a browser still is trusted: trust is taken back, runs out, and is of one account. */
function createTrust({ trustedBrowsers, clock }: Pick<DecidingNeeds, 'trustedBrowsers' | 'clock'>) {
  return async (id: string | null | undefined, accountId: string): Promise<boolean> => {
    if (!id) return false;
    const browser = await trustedBrowsers.find(id, clock.now());
    return browser?.accountId === accountId;
  };
}

/** Asks the policy. `readLocks`: of who has not given enough, which is hardly ever where something issued is judged. */
function createDeciding({ claims, available, isReachable, clock }: DecidingNeeds) {
  return async (
    facts: StandingFacts,
    { proofs, demand, occasion }: Asked,
    trustedBrowser: boolean,
    readLocks: () => Promise<Lockout>,
  ): Promise<StandingJudgement> => {
    const { account, tenant, enrolments: factors } = facts;
    const graceKey = `grace:${account.id}`;
    const graceMatters = tenant.secondFactor.graceDays > 0 && factors.length === 0;
    const started = graceMatters ? await claims.peek(graceKey) : null;
    const enforcement = enforcementFor(tenant.secondFactor, account);
    const situation = {
      enforcement,
      tenant: tenant.secondFactor,
      role: account.role,
      factors,
      available: available(),
      proofs,
      demand,
      trustedBrowser,
      graceStartedAt: started === null ? null : Number(started),
      occasion,
      now: clock.now(),
    };
    const byProofs = decideByProofs(situation);
    if (byProofs) return { ...facts, trustedBrowser, enforcement, decision: byProofs };

    const failures = factors.length > 0 ? (await readLocks()).failures : {};
    const looked = {
      ...situation,
      factors: factors.map((enrolment) => {
        const { id, method, isDefault } = enrolment;
        const isLive = (failures[method] ?? 0) < FAILURES_UNTIL_REFUSED;
        return { id, method, isDefault, accepted: isLive && isReachable(facts, enrolment) };
      }),
    };
    let decision = decide(looked);
    const beginsGrace =
      started === null &&
      ((decision.kind === 'satisfied' && decision.onGrace) ||
        (decision.kind === 'set-up' && decision.laterUntil !== null));
    if (beginsGrace) {
      // Somebody else may have been first: the earliest start is the one that counts.
      const first = await claims.first(graceKey, String(situation.now), null);
      decision = decide({ ...looked, graceStartedAt: Number(first) });
    }
    return { ...facts, trustedBrowser, enforcement, decision };
  };
}

export function createJudge(needs: GatherNeeds & DecidingNeeds): Judge {
  const gather = createGather(needs);
  const isTrusted = createTrust(needs);
  const decideOn = createDeciding(needs);

  return async ({ accountId, account: known, facts: given, trustedBrowserId, ...asked }) => {
    const [facts, trusted] = await Promise.all([
      given ?? gather(accountId, known),
      given?.trustedBrowser ?? isTrusted(trustedBrowserId, accountId),
    ]);
    if (!facts) return null;
    const judged = await decideOn(facts, asked, trusted, async () => facts.lockout);
    return { ...judged, lockout: facts.lockout };
  };
}

/** For each token and each silent sign-in. */
export function createStandingJudge(needs: DecidingNeeds): JudgeStanding {
  const isTrusted = createTrust(needs);
  const decideOn = createDeciding(needs);

  return async ({ facts, trustedBrowserId, ...question }) => {
    const { id } = facts.account;
    const trusted = facts.trustedBrowser ?? (await isTrusted(trustedBrowserId, id));
    return decideOn(facts, { occasion: 'standing', ...question }, trusted, () =>
      needs.lockouts.read(secondFactorSubject(id)),
    );
  };
}
