/** Loads the snapshot of an account, evaluates the policy, and starts the grace that it grants. */

import type { Account } from '../../domain/account.ts';
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { Catalogue } from '../../domain/methods/contract.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { type GraceStarts, graceKeyOf } from '../../domain/policy/grace.ts';
import {
  type AccountSnapshot,
  decide,
  decideByEvidence,
  minimumsInGrace,
  type PolicyQuestion,
  type PolicyResult,
  type SnapshotWithoutLockout,
} from '../../domain/policy/policy.ts';
import { FAILURES_UNTIL_REFUSED, type Lockout, secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { hasEnded } from '../../domain/sign-in/ending.ts';
import { type BrowserTrust, NOT_TRUSTED, trustBy } from '../../domain/sign-in/trusted-browser.ts';
import { type Minimum, requirementFor, type Tenant } from '../../domain/tenant.ts';
import type {
  AccountStore,
  EnrolmentStore,
  LockoutStore,
  OnceStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

/**
 * Reads what decisions about an account are made from. Null when the account or its tenant is gone. `known` is the
 * account when the request has read it, or is reading it, already.
 */
export type LoadSnapshot<T extends SnapshotWithoutLockout = AccountSnapshot> = (
  accountId: string,
  known?: Account | Promise<Account | undefined>,
) => Promise<T | null>;

/** Evaluates the policy for an account as it is now. Null when the account or its tenant is gone. */
export type EvaluatePolicy = (question: PolicyQuestion) => Promise<PolicyResult | null>;

/** Evaluates the policy for a session or token from a snapshot. The occasion defaults to `existing-session`. */
export type EvaluateExistingSession = (
  question: Pick<PolicyQuestion, 'authentications' | 'requested' | 'trustedBrowserId'> &
    Partial<Pick<PolicyQuestion, 'occasion'>> & { readonly snapshot: SnapshotWithoutLockout },
) => Promise<PolicyResultWithoutLockout>;

interface PartialSnapshotDeps {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly tenants: readonly Tenant[];
  /** Brings the settings of the tenants up to date. Absent where they never change. */
  readonly refreshTenants?: (() => Promise<void>) | undefined;
}

interface SnapshotDeps extends PartialSnapshotDeps {
  readonly lockouts: Pick<LockoutStore, 'read'>;
}

interface DecisionDeps {
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly lockouts: Pick<LockoutStore, 'read'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'find'>;
  /** The methods that can be used now. */
  readonly available: () => readonly MethodName[];
  /** Default: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
  /** Whether a factor can be asked for now. */
  readonly isReachable: (snapshot: Pick<AccountSnapshot, 'account'>, enrolment: Enrolment) => boolean;
  readonly clock: Clock;
}

type Asked = Pick<PolicyQuestion, 'authentications' | 'requested' | 'occasion'>;
type PolicyResultWithoutLockout = Omit<PolicyResult, 'lockout'>;

export function createPartialSnapshotLoader({
  accounts,
  enrolments,
  tenants,
  refreshTenants,
}: PartialSnapshotDeps): LoadSnapshot<SnapshotWithoutLockout> {
  const tenantById = new Map(tenants.map((tenant) => [tenant.id, tenant]));

  return async (accountId, known) => {
    const [account, enrolled] = await Promise.all([
      known
        ? Promise.resolve(known).then((one) => one ?? accounts.findById(accountId))
        : accounts.findById(accountId),
      enrolments.listByAccount(accountId),
      refreshTenants?.(),
    ]);
    const tenant = account ? tenantById.get(account.tenantId) : undefined;
    // A copy: one request decides by the same settings from its beginning to its end.
    return account && tenant ? { account, tenant: { ...tenant }, enrolments: enrolled } : null;
  };
}

export function createSnapshotLoader(needs: SnapshotDeps): LoadSnapshot {
  const loadSnapshot = createPartialSnapshotLoader(needs);
  return async (accountId, known) => {
    const [snapshot, lockout] = await Promise.all([
      loadSnapshot(accountId, known),
      needs.lockouts.read(secondFactorSubject(accountId)),
    ]);
    return snapshot && { ...snapshot, lockout };
  };
}

/**
 * Finds the trust in a browser. It belongs to one account, expires, and can be revoked. The session of an earlier sign-in
 * needs no token.
 */
function createFindTrust({ trustedBrowsers, clock }: Pick<DecisionDeps, 'trustedBrowsers' | 'clock'>) {
  return async (
    accountId: string,
    { trustToken, trustedBrowserId }: Pick<PolicyQuestion, 'trustToken' | 'trustedBrowserId'>,
  ): Promise<BrowserTrust> => {
    const id = trustToken?.id ?? trustedBrowserId;
    if (!id) return NOT_TRUSTED;
    const now = clock.now();
    const browser = await trustedBrowsers.find(id, now);
    if (browser?.accountId !== accountId) return NOT_TRUSTED;
    return trustToken ? trustBy(browser, trustToken.generation, now) : { kind: 'trusted', browser };
  };
}

/** Trust that was given before the ending of its account is void, even where a restored backup brings it back. */
function unlessEnded(trust: BrowserTrust, { account }: Pick<AccountSnapshot, 'account'>): BrowserTrust {
  return trust.kind !== 'none' && hasEnded(trust.browser.createdAt, account) ? NOT_TRUSTED : trust;
}

/** `readLocks` is called only when the events are not enough, which is rare for a session or token. */
function createDecision({ onceKeys, available, catalogue, isReachable, clock }: DecisionDeps) {
  return async (
    snapshot: SnapshotWithoutLockout,
    { authentications, requested, occasion }: Asked,
    trust: BrowserTrust,
    readLocks: () => Promise<Lockout>,
  ): Promise<PolicyResultWithoutLockout> => {
    const { account, tenant, enrolments: factors } = snapshot;
    const requirement = requirementFor(tenant.secondFactor, account);
    const policyInput = {
      ...requirement,
      tenant: tenant.secondFactor,
      role: account.role,
      factors,
      available: available(),
      catalogue,
      authentications,
      requested,
      trustedBrowser: trust.kind === 'trusted',
      isHeld: account.heldAt !== null,
      graceStarts: {},
      occasion,
      now: clock.now(),
    };
    const byEvidence = decideByEvidence(policyInput);
    if (byEvidence) return { ...snapshot, trust, ...requirement, decision: byEvidence };

    const bridged = minimumsInGrace(policyInput);
    const [{ failures }, graceStarts] = await Promise.all([
      factors.length > 0 ? readLocks() : NO_FAILURES,
      startsOf(account.id, bridged, (key) => onceKeys.peek(key)),
    ]);
    const looked = {
      ...policyInput,
      graceStarts,
      factors: factors.map((enrolment) => {
        const { id, method, isDefault, isLastUsed = false } = enrolment;
        const isLive = (failures[method] ?? 0) < FAILURES_UNTIL_REFUSED;
        const accepted = isLive && isReachable(snapshot, enrolment);
        return { id, method, isDefault, isLastUsed, accepted };
      }),
    };
    let decision = decide(looked);
    const isInGrace =
      (decision.kind === 'satisfied' && decision.onGrace) ||
      (decision.kind === 'set-up' && decision.laterUntil !== null);
    const beginning = isInGrace ? bridged.filter((minimum) => graceStarts[minimum] === undefined) : [];
    if (beginning.length > 0) {
      // A concurrent request may have started it: the earliest start counts.
      const begun = await startsOf(account.id, beginning, (key) =>
        onceKeys.first(key, String(policyInput.now), null),
      );
      decision = decide({ ...looked, graceStarts: { ...graceStarts, ...begun } });
    }
    return { ...snapshot, trust, ...requirement, decision };
  };
}

const NO_FAILURES: Pick<Lockout, 'failures'> = { failures: {} };

/** The starts that `read` finds. */
async function startsOf(
  accountId: string,
  minimums: readonly Minimum[],
  read: (key: string) => Promise<string | null>,
): Promise<GraceStarts> {
  const found = await Promise.all(minimums.map((minimum) => read(graceKeyOf(accountId, minimum))));
  const each = minimums.map((minimum, index) => [minimum, found[index] ?? null] as const);
  return Object.fromEntries(each.flatMap(([minimum, at]) => (at === null ? [] : [[minimum, Number(at)]])));
}

export function createPolicyEvaluation(needs: SnapshotDeps & DecisionDeps): EvaluatePolicy {
  const loadSnapshot = createSnapshotLoader(needs);
  const findTrust = createFindTrust(needs);
  const decideFor = createDecision(needs);

  return async ({ accountId, account: known, snapshot: given, trustToken, trustedBrowserId, ...asked }) => {
    const [snapshot, trust] = await Promise.all([
      given ?? loadSnapshot(accountId, known),
      given?.trust ?? findTrust(accountId, { trustToken, trustedBrowserId }),
    ]);
    if (!snapshot) return null;
    const lasting = unlessEnded(trust, snapshot);
    const policyResult = await decideFor(snapshot, asked, lasting, async () => snapshot.lockout);
    return { ...policyResult, lockout: snapshot.lockout };
  };
}

/** The same answers for a question that an administrator asks: nothing is stored, and no grace starts. */
export function createPolicyPreview(needs: SnapshotDeps & DecisionDeps): EvaluatePolicy {
  const { peek } = needs.onceKeys;
  const onceKeys = { peek, first: async (key: string, value: string) => (await peek(key)) ?? value };
  return createPolicyEvaluation({ ...needs, onceKeys });
}

/** For each token and each sign-in without a page. */
export function createExistingSessionEvaluation(needs: DecisionDeps): EvaluateExistingSession {
  const findTrust = createFindTrust(needs);
  const decideFor = createDecision(needs);

  return async ({ snapshot, trustedBrowserId, ...question }) => {
    const { id } = snapshot.account;
    const trust = snapshot.trust ?? (await findTrust(id, { trustedBrowserId }));
    const lasting = unlessEnded(trust, snapshot);
    return decideFor(snapshot, { occasion: 'existing-session', ...question }, lasting, () =>
      needs.lockouts.read(secondFactorSubject(id)),
    );
  };
}
