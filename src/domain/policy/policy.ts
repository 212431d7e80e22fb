/** The heart: whether what was proven is enough, and if not, what comes next. One pure function. */
import type { Account, Role } from '../account.ts';
import { type Enrolment, isFactor } from '../enrolment/enrolment.ts';
import type { Catalogue } from '../methods/contract.ts';
import { traitsOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import type { Lockout } from '../sign-in/attempts.ts';
import { type Enforcement, methodsOnOffer, type Tenant, type TenantSecondFactor } from '../tenant.ts';
import { type Acr, rank } from './acr.ts';
import { type AuthenticationEvent, acrOf } from './assurance.ts';

/** What is demanded beyond the tenant's own policy. */
export interface RequestedAssurance {
  /** The levels a relying party asked for, any of which will do; null: none asked. Empty: none that exists. */
  readonly acrs: readonly Acr[] | null;
  /** The client takes nobody without a second factor. */
  readonly always: boolean;
  /** The newest second factor (the password where none is set up) may be this old, in milliseconds. */
  readonly freshMs: number | null;
}

export const NO_ASSURANCE_REQUESTED: RequestedAssurance = { acrs: null, always: false, freshMs: null };

/** An enrolment as far as the policy cares. */
export interface PolicyFactor {
  readonly id: string;
  readonly method: MethodName;
  /** False after too many failures in a row, or when it can't be asked for: it counts as set up, and is not accepted. */
  readonly accepted: boolean;
  readonly isDefault: boolean;
}

export interface PolicyInput {
  /** Of the account, groups included. */
  readonly enforcement: Enforcement;
  readonly tenant: Pick<TenantSecondFactor, 'methods' | 'graceDays' | 'trustedDevices'>;
  readonly role: Role;
  readonly factors: readonly PolicyFactor[];
  /** What can be used now, in the order of offering. */
  readonly available: readonly MethodName[];
  /** Default: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
  readonly authentications: readonly AuthenticationEvent[];
  readonly requested: RequestedAssurance;
  readonly trustedBrowser: boolean;
  /** When this account's grace began, in milliseconds; null: not yet. */
  readonly graceStartedAt: number | null;
  /**
   * `sign-in`: somebody is before the page and has not answered; `later`: answered "later" in this sign-in;
   * `standing`: something issued earlier is judged (SSO, prompt=none, a refresh), nobody is asked.
   */
  readonly occasion: 'sign-in' | 'later' | 'existing-session';
  readonly now: number;
}

export type Decision =
  | {
      readonly kind: 'satisfied' /** Grace carries it, and begins now unless it has. */;
      readonly onGrace: boolean;
      /** Only since this browser is trusted: no second factor was given. */
      readonly onTrust?: true;
    }
  /** The password is missing, or too old where it is the only factor. */
  | { readonly kind: 'password' }
  | { readonly kind: 'prove'; readonly methods: readonly MethodName[]; readonly preferred: MethodName | null }
  | {
      readonly kind: 'set-up';
      readonly methods: readonly MethodName[];
      /** "Later" is possible until then (milliseconds); null: it is not. */
      readonly laterUntil: number | null;
    }
  | {
      readonly kind: 'refuse';
      /** `no_usable_factor`: something is set up, and none of it can be used now. */
      readonly reason: 'unmet_authentication_requirements' | 'no_usable_factor';
    };

/** What decisions about an account are made from, as it was read in one request. */
export interface AccountSnapshot {
  readonly account: Account;
  readonly tenant: Tenant;
  readonly enrolments: readonly Enrolment[];
  readonly lockout: Lockout;
  /** Whether the browser is trusted; undefined: nobody has looked yet. */
  readonly trustedBrowser?: boolean;
}

/** What is read to judge something issued earlier: locks matter to who has something left to give. */
export type SnapshotWithoutLockout = Omit<AccountSnapshot, 'lockout'>;

/** A decision, and what it was made from: nothing of it needs to be read again in the same request. */
export interface PolicyResult extends AccountSnapshot {
  readonly enforcement: Enforcement;
  readonly decision: Decision;
}

export interface PolicyQuestion {
  readonly accountId: string;
  /** The account, when it was read in this request already. */
  readonly account?: Account | undefined;
  /** All that would be read, when it was read in this request already. */
  readonly snapshot?: AccountSnapshot | null | undefined;
  readonly authentications: readonly AuthenticationEvent[];
  readonly requested: RequestedAssurance;
  readonly occasion: PolicyInput['occasion'];
  /** The browser that says it is trusted, or that was when the sign-in took place. */
  readonly trustedBrowserId?: string | null | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The same, before anybody has looked which of the factors are accepted. */
export interface PolicyInputBeforeLockout extends Omit<PolicyInput, 'factors'> {
  readonly factors: readonly Omit<PolicyFactor, 'accepted'>[];
}

/** What follows from the proofs; null: they are not enough, and what comes next depends on which factors are accepted. */
export function decideByEvidence(
  policyInput: PolicyInputBeforeLockout,
  weight = assessEvidence(policyInput),
): Decision | null {
  const { requested, factors } = policyInput;
  const { password, since, proven, byTenant, isRequestMet } = weight;
  if (!password) return { kind: 'password' };
  if (requested.acrs?.length === 0) return { kind: 'refuse', reason: 'unmet_authentication_requirements' };
  if (factors.length === 0 && password.atMs < since) return { kind: 'password' };

  // Trust stands in for a factor given in this browser before: where none is set up there was none.
  const trusted = policyInput.trustedBrowser && policyInput.tenant.trustedDevices && factors.length > 0;
  const tenantMet = !byTenant || proven.length > 0 || trusted;
  if (!isRequestMet || !tenantMet) return null;
  const onTrust = byTenant && proven.length === 0;
  return { kind: 'satisfied', onGrace: false, ...(onTrust ? { onTrust } : {}) };
}

export function decide(policyInput: PolicyInput): Decision {
  const weight = assessEvidence(policyInput);
  const byEvidence = decideByEvidence(policyInput, weight);
  if (byEvidence) return byEvidence;
  const { factors, available, catalogue } = policyInput;
  const { asked, onOffer, isAccepted, existingGiven, isRequestMet } = weight;

  const usable = factors.filter((factor) => factor.accepted && isAccepted(factor.method));
  const gives = (method: MethodName) => {
    const traits = traitsOf(method, catalogue);
    return traits !== null && rank(traits.acr) >= asked;
  };
  const enough = usable.filter(({ method }) => gives(method));
  if (enough.length > 0) return prove(enough, available);

  const settable = onOffer.filter(gives);
  const reachable = settable.length > 0 || factors.some(({ method }) => gives(method));
  // What is set up comes first: a password must not bind a second phone beside the owner's.
  if (reachable && !existingGiven && usable.length === 0)
    return { kind: 'refuse', reason: 'no_usable_factor' };
  if (settable.length === 0) return { kind: 'refuse', reason: 'unmet_authentication_requirements' };
  if (!existingGiven) return prove(usable, available);

  const laterUntil = isRequestMet ? graceEnd(policyInput) : null;
  if (laterUntil !== null && policyInput.occasion !== 'sign-in') return { kind: 'satisfied', onGrace: true };
  return { kind: 'set-up', methods: settable, laterUntil };
}

/** What was proven, held against what is asked for. */
function assessEvidence({
  requested,
  enforcement,
  factors,
  tenant,
  role,
  available,
  catalogue,
  authentications,
  now,
}: PolicyInputBeforeLockout) {
  const password = authentications.findLast((authentication) => authentication.method === 'pwd');
  const isBuilt = (method: MethodName) => available.includes(method);
  const onOffer = methodsOnOffer(enforcement, tenant.methods, role).filter(isBuilt);
  // Where the policy is off a factor that was set up is still good for who asks for one.
  const isAccepted = (method: MethodName) =>
    isBuilt(method) && (enforcement === 'off' || onOffer.includes(method) || !isFactor({ method }));
  const proven = authentications.filter(
    ({ method, enrolmentId }) =>
      method !== 'pwd' && isAccepted(method) && factors.some(({ id }) => id === enrolmentId),
  );

  const since = requested.freshMs === null ? Number.NEGATIVE_INFINITY : now - requested.freshMs;
  const asked = requested.acrs === null ? 0 : Math.min(...requested.acrs.map(rank));
  const existingGiven = factors.length === 0 || proven.some((authentication) => authentication.atMs >= since);
  const isRequestMet =
    rank(acrOf(password ? [password, ...proven] : proven, catalogue)) >= asked &&
    (requested.freshMs === null || existingGiven) &&
    (!requested.always || proven.length > 0);
  const byTenant = enforcement === 'required' || (enforcement === 'optional' && factors.length > 0);
  return { password, proven, since, asked, onOffer, isAccepted, existingGiven, isRequestMet, byTenant };
}

/** When grace ends; null when there is none left. It begins with the first decision that finds the policy unmet. */
function graceEnd({ tenant, graceStartedAt, now }: PolicyInputBeforeLockout): number | null {
  const end = (graceStartedAt ?? now) + tenant.graceDays * DAY_MS;
  return end > now ? end : null;
}

function prove(factors: readonly PolicyFactor[], available: readonly MethodName[]): Decision {
  const chosen = factors.find((factor) => factor.isDefault)?.method;
  const enrolled = available.filter((name) => factors.some((factor) => factor.method === name));
  // Recovery codes come last, and are no reason to choose.
  const others = enrolled.filter((method) => isFactor({ method }));
  const methods = [...others, ...enrolled.filter((method) => !isFactor({ method }))];
  const preferred = chosen ?? (others.length <= 1 ? methods[0] : null) ?? null;
  return { kind: 'prove', methods, preferred };
}
