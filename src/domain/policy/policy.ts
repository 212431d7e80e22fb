/** The policy: decides whether the authentication events are enough, and if not, which step comes next. */
import type { Account, Role } from '../account.ts';
import { type Enrolment, isFactor } from '../enrolment/enrolment.ts';
import type { Catalogue } from '../methods/contract.ts';
import { traitsOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import type { Lockout } from '../sign-in/attempts.ts';
import type { BrowserTrust, TrustToken } from '../sign-in/trusted-browser.ts';
import {
  type Minimum,
  methodsOnOffer,
  type Requirement,
  type Tenant,
  type TenantSecondFactor,
} from '../tenant.ts';
import { type Acr, rank } from './acr.ts';
import { type AuthenticationEvent, acrOf, isOfRecoveryCode, standsAlone } from './assurance.ts';
import { endOfGraces, type GraceStarts } from './grace.ts';
import { levelOfMinimum, mayTrustBrowsers, minimumFor, reaches, unmetMinimums } from './minimum.ts';

/** The assurance that a request demands beyond the tenant's own policy. */
export interface RequestedAssurance {
  /** The levels that a relying party accepts. Null: it named none. Empty: it named only unknown ones. */
  readonly acrs: readonly Acr[] | null;
  /** The client requires a second factor of every account. */
  readonly always: boolean;
  /** The highest age, in milliseconds, of the newest second factor, or of the password where no factor is set up. */
  readonly freshMs: number | null;
}

export const NO_ASSURANCE_REQUESTED: RequestedAssurance = { acrs: null, always: false, freshMs: null };

/** An enrolment, reduced to the fields that the policy reads. */
export interface PolicyFactor {
  readonly id: string;
  readonly method: MethodName;
  /** False after too many failures in a row, and for a factor that cannot be asked for now. It still counts as set up. */
  readonly accepted: boolean;
  readonly isDefault: boolean;
  readonly isLastUsed?: boolean;
}

/** Enforcement and minimum are those for this account, with those of its groups. */
export interface PolicyInput extends Requirement {
  readonly tenant: Pick<TenantSecondFactor, 'methods' | 'graceDays' | 'trustedDevices' | 'passkeySignIn'>;
  readonly role: Role;
  readonly factors: readonly PolicyFactor[];
  /** The methods that can be used now, in the order in which they are offered. */
  readonly available: readonly MethodName[];
  /** Default: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
  readonly authentications: readonly AuthenticationEvent[];
  readonly requested: RequestedAssurance;
  readonly trustedBrowser: boolean;
  /**
   * Whether a second factor has to be given, whatever the tenant requires: neither trust nor grace counts, and none is set up
   * on a password alone. Default: false.
   */
  readonly isHeld?: boolean;
  readonly graceStarts: GraceStarts;
  /**
   * `sign-in`: a person is at the page. `later`: the person has postponed the enrolment in this sign-in.
   * `existing-session`: a session or token is evaluated (SSO, prompt=none, a refresh), and no page is shown.
   */
  readonly occasion: 'sign-in' | 'later' | 'existing-session';
  readonly now: number;
}

export type Decision =
  | {
      readonly kind: 'satisfied';
      /** Satisfied by grace alone, which starts now unless it has started. */
      readonly onGrace: boolean;
      /** The end of that grace, in milliseconds since the epoch. */
      readonly graceUntil?: number;
      /** Satisfied by the trusted browser alone: no second factor was given. */
      readonly onTrust?: true;
    }
  /** The password, or a factor that stands for both, is missing. Or the password is the only factor and too old. */
  | { readonly kind: 'password' }
  | { readonly kind: 'prove'; readonly methods: readonly MethodName[]; readonly preferred: MethodName | null }
  | {
      readonly kind: 'set-up';
      readonly methods: readonly MethodName[];
      /** The person can postpone until then, in milliseconds since the epoch. Null: not any more. */
      readonly laterUntil: number | null;
    }
  | {
      readonly kind: 'refuse';
      /** `no_usable_factor`: factors are set up, and none can be used now. `held`: the account is, and has no factor. */
      readonly reason: 'unmet_authentication_requirements' | 'no_usable_factor' | 'held';
    };

/** The input of decisions about an account, as one request has read it. */
export interface AccountSnapshot {
  readonly account: Account;
  readonly tenant: Tenant;
  readonly enrolments: readonly Enrolment[];
  readonly lockout: Lockout;
  /** The trust in the browser. Undefined before the store was asked. */
  readonly trust?: BrowserTrust;
}

/** The same for an existing session or token. Locks matter only where a factor is still to be given. */
export type SnapshotWithoutLockout = Omit<AccountSnapshot, 'lockout'>;

/** A decision with its input, so that the same request reads nothing again. */
export interface PolicyResult extends AccountSnapshot, Requirement {
  readonly decision: Decision;
}

export interface PolicyQuestion {
  readonly accountId: string;
  /** The account, when this request has read it already. */
  readonly account?: Account | undefined;
  /** The snapshot, when this request has read it already. */
  readonly snapshot?: AccountSnapshot | null | undefined;
  readonly authentications: readonly AuthenticationEvent[];
  readonly requested: RequestedAssurance;
  readonly occasion: PolicyInput['occasion'];
  /** The browser that was trusted at the time of an existing session's sign-in. */
  readonly trustedBrowserId?: string | null | undefined;
  /** The token of the browser at the page. */
  readonly trustToken?: TrustToken | null | undefined;
}

/** Milliseconds: the life of an interaction. A recovery code in the same sign-in says that the other factors are lost. */
const CODE_COUNTS_MS = 15 * 60 * 1000;

type Evidence = ReturnType<typeof assessEvidence>;

/** The input before it is known which factors are accepted. */
export interface PolicyInputBeforeLockout extends Omit<PolicyInput, 'factors'> {
  readonly factors: readonly Omit<PolicyFactor, 'accepted'>[];
}

/** Decides by the events alone. Null when they are not enough, and the next step depends on the accepted factors. */
export function decideByEvidence(
  policyInput: PolicyInputBeforeLockout,
  evidence = assessEvidence(policyInput),
): Decision | null {
  const { requested, factors } = policyInput;
  const { beginning, since, proven, byTenant, unmet, isRequestMet } = evidence;
  if (!beginning) return { kind: 'password' };
  if (requested.acrs?.length === 0) return { kind: 'refuse', reason: 'unmet_authentication_requirements' };
  if (factors.length === 0 && beginning.atMs < since) return { kind: 'password' };

  // Trust replaces a factor that was given in this browser before, so it needs one that is set up. It reaches no level.
  const mayTrust = mayTrustBrowsers(policyInput, policyInput.tenant) && !policyInput.isHeld;
  const trusted = policyInput.trustedBrowser && mayTrust && factors.length > 0;
  const tenantMet = !byTenant || unmet.length === 0 || trusted;
  if (!isRequestMet || !tenantMet) return null;
  const onTrust = byTenant && proven.length === 0;
  return { kind: 'satisfied', onGrace: false, ...(onTrust ? { onTrust } : {}) };
}

/**
 * The minimums that are not met by what was given, if a grace could bridge them: the person has given an existing factor, and
 * has none that would reach more. A password alone postpones the first set-up, never the set-up of a better factor.
 */
export function minimumsInGrace(
  policyInput: PolicyInputBeforeLockout,
  { existingGiven, isRequestMet, unmet } = assessEvidence(policyInput),
): readonly Minimum[] {
  const { tenant, factors, isHeld = false, catalogue } = policyInput;
  const hasBetter = unmet.some((each) => factors.some(({ method }) => reaches(method, each, catalogue)));
  const isPossible = isRequestMet && existingGiven && !isHeld && !hasBetter && tenant.graceDays > 0;
  return isPossible ? unmet : [];
}

export function decide(policyInput: PolicyInput): Decision {
  const evidence = assessEvidence(policyInput);
  const byEvidence = decideByEvidence(policyInput, evidence);
  if (byEvidence) return byEvidence;
  const { factors, available, catalogue } = policyInput;
  const { asked, needed, minimumAsked, unmet, onOffer, isAccepted, existingGiven } = evidence;

  const usable = factors.filter((factor) => factor.accepted && isAccepted(factor.method));
  const level = Math.max(asked, minimumAsked);
  const gives = (method: MethodName) => {
    const traits = traitsOf(method, catalogue);
    return traits !== null && rank(traits.acr) >= level;
  };
  const settable = onOffer.filter(gives);
  const enough = usable.filter(({ method }) => gives(method));
  if (minimumAsked <= asked) {
    if (enough.length > 0) return prove(enough, available);
  } else {
    // A recovery code stays a way in where the tenant alone asks for more. After it, a factor is set up in place of the lost one.
    const codes = usable.filter((factor) => !isFactor(factor));
    const canSetUp = settable.length > 0;
    const lacking = unmet.length > 0 ? unmet : [needed];
    const best = bestOf(usable, canSetUp ? lacking : [needed], catalogue);
    if (best.length > 0 && !(evidence.usedCode && canSetUp)) return prove([...best, ...codes], available);
    if (enough.length > 0 && !canSetUp) return prove(enough, available);
  }
  if (policyInput.isHeld && factors.length === 0) return { kind: 'refuse', reason: 'held' };

  const reachable = settable.length > 0 || factors.some(({ method }) => gives(method));
  // An existing factor comes before an enrolment: a password alone must not enrol a second phone.
  if (reachable && !existingGiven && usable.length === 0)
    return { kind: 'refuse', reason: 'no_usable_factor' };
  if (settable.length === 0) return { kind: 'refuse', reason: 'unmet_authentication_requirements' };
  if (!existingGiven) return prove(usable, available);

  const laterUntil = graceEnd(policyInput, evidence);
  if (laterUntil !== null && policyInput.occasion !== 'sign-in')
    return { kind: 'satisfied', onGrace: true, graceUntil: laterUntil };
  return { kind: 'set-up', methods: settable, laterUntil };
}

/** The factors that meet the highest minimum of these which any of them meets. A better one is set up after the best one. */
function bestOf(
  usable: readonly PolicyFactor[],
  unmet: readonly Minimum[],
  catalogue: Catalogue | undefined,
): readonly PolicyFactor[] {
  const meeting = (minimum: Minimum) => usable.filter(({ method }) => reaches(method, minimum, catalogue));
  return unmet.map(meeting).findLast((factors) => factors.length > 0) ?? [];
}

/** Compares the authentication events with the request and the tenant's policy. */
function assessEvidence({
  requested,
  enforcement,
  minimum,
  factors,
  tenant,
  role,
  available,
  catalogue,
  authentications,
  isHeld = false,
  now,
}: PolicyInputBeforeLockout) {
  const password = authentications.findLast((authentication) => authentication.method === 'pwd');
  const isBuilt = (method: MethodName) => available.includes(method);
  const onOffer = methodsOnOffer(enforcement, tenant.methods, role).filter(isBuilt);
  // With the policy off, a factor that is set up still counts for a request that demands one.
  const isAccepted = (method: MethodName) =>
    isBuilt(method) && (enforcement === 'off' || onOffer.includes(method) || !isFactor({ method }));
  const proven = authentications.filter(
    ({ method, enrolmentId }) =>
      method !== 'pwd' && isAccepted(method) && factors.some(({ id }) => id === enrolmentId),
  );

  // A factor that is two by itself takes the place of the password, where the tenant still allows that.
  const beginning =
    password ??
    (tenant.passkeySignIn ? proven.findLast((event) => standsAlone(event, catalogue)) : undefined);

  const since = requested.freshMs === null ? Number.NEGATIVE_INFINITY : now - requested.freshMs;
  const asked = requested.acrs === null ? 0 : Math.min(...requested.acrs.map(rank));
  const existingGiven = factors.length === 0 || proven.some((authentication) => authentication.atMs >= since);
  const reached = acrOf(password ? [password, ...proven] : proven, catalogue);
  const isRequestMet =
    rank(reached) >= asked &&
    (requested.freshMs === null || existingGiven) &&
    (!requested.always || proven.length > 0);
  const byTenant = isHeld || enforcement === 'required' || (enforcement === 'optional' && factors.length > 0);
  const needed = minimumFor({ enforcement, minimum }, factors, catalogue);
  const unmet = byTenant ? unmetMinimums(needed, reached, proven.length > 0) : [];
  const neededLevel = levelOfMinimum(needed);
  const minimumAsked = byTenant && neededLevel !== null ? rank(neededLevel) : 0;
  const usedCode = proven.some(
    (event) => isOfRecoveryCode(event) && event.atMs > now - CODE_COUNTS_MS && event.atMs >= since,
  );
  const levels = { asked, needed, minimumAsked, unmet };
  const found = { beginning, proven, since, onOffer, isAccepted, existingGiven, isRequestMet, byTenant };
  return { ...levels, ...found, usedCode };
}

/** The end of grace. Null when none is left. Grace starts with the first decision that finds the policy unmet. */
function graceEnd(policyInput: PolicyInput, evidence: Evidence): number | null {
  const { tenant, graceStarts, now } = policyInput;
  const unmet = minimumsInGrace(policyInput, evidence);
  if (unmet.length === 0) return null;
  const end = endOfGraces(unmet, graceStarts, { graceDays: tenant.graceDays, now });
  return end > now ? end : null;
}

function prove(factors: readonly PolicyFactor[], available: readonly MethodName[]): Decision {
  const chosen = factors.find((factor) => factor.isDefault)?.method;
  const enrolled = available.filter((name) => factors.some((factor) => factor.method === name));
  // Recovery codes come last, and are no reason to show the chooser.
  const inOrder = enrolled.filter((method) => isFactor({ method }));
  const last = factors.find(({ isLastUsed }) => isLastUsed)?.method;
  const others = last && inOrder.includes(last) ? [last, ...inOrder.filter((one) => one !== last)] : inOrder;
  const methods = [...others, ...enrolled.filter((method) => !isFactor({ method }))];
  const preferred = chosen ?? (others.length <= 1 ? methods[0] : null) ?? null;
  return { kind: 'prove', methods, preferred };
}
