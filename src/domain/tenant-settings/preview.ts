/** The effect of changed settings on one member: the policy itself is asked about the next sign-in, before and after. */
import type { Account } from '../account.ts';
import { isFactor } from '../enrolment/enrolment.ts';
import { definitionOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import { type Decision, decide, NO_ASSURANCE_REQUESTED, type PolicyFactor } from '../policy/policy.ts';
import { enforcementFor, mayStandAlone, type TenantSecondFactor } from '../tenant.ts';

export interface Member {
  readonly account: Account;
  readonly factors: readonly PolicyFactor[];
  /** The start of the grace, in milliseconds since the epoch. Null before it has started. */
  readonly graceStartedAt: number | null;
  /** Whether there is a browser that the member trusts. */
  readonly hasTrust: boolean;
}

export type Outlook =
  /** Gives a factor that is set up, where one is asked for. */
  | 'protected'
  /** Has no factor, and is asked for none. */
  | 'unasked'
  | 'must-set-up'
  /** The same, and there is nothing that this member could set up. */
  | 'no-method';

export interface Effect {
  /** Whether the next sign-in differs. */
  readonly isAffected: boolean;
  readonly outlook: Outlook;
}

/** The other input of the policy. */
export interface PreviewContext {
  readonly available: readonly MethodName[];
  readonly now: number;
}

export function effectOf(
  member: Member,
  before: TenantSecondFactor,
  after: TenantSecondFactor,
  context: PreviewContext,
): Effect {
  const next = decisionFor(member, after, context);
  const isSame =
    isEqual(decisionFor(member, before, context), next) &&
    isEqual(withoutPassword(member, before), withoutPassword(member, after));
  return { isAffected: !isSame, outlook: outlookOf(member, next) };
}

/** Both are made by the same function, which writes the parts of a decision in one order. */
function isEqual<T>(a: T, b: T): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** After the right password. */
function decisionFor(
  { account, factors, graceStartedAt, hasTrust }: Member,
  settings: TenantSecondFactor,
  { available, now }: PreviewContext,
): Decision {
  return decide({
    enforcement: enforcementFor(settings, account),
    tenant: settings,
    role: account.role,
    factors,
    available,
    authentications: [{ method: 'pwd', enrolmentId: null, atMs: now }],
    requested: NO_ASSURANCE_REQUESTED,
    trustedBrowser: hasTrust,
    isHeld: account.heldAt !== null,
    graceStartedAt,
    occasion: 'sign-in',
    now,
  });
}

/** The methods of the member that sign in without the password. */
function withoutPassword({ account, factors }: Member, settings: TenantSecondFactor): MethodName[] {
  const enforcement = enforcementFor(settings, account);
  const mayBegin = ({ method }: PolicyFactor) =>
    definitionOf(method)?.assuranceOf !== undefined &&
    mayStandAlone(method, enforcement, settings, account.role);
  return factors.filter(mayBegin).map(({ method }) => method);
}

function outlookOf({ factors }: Member, decision: Decision): Outlook {
  switch (decision.kind) {
    case 'satisfied':
      return factors.some(isFactor) ? 'protected' : 'unasked';
    case 'prove':
      // A recovery code stands in for a factor that no longer counts, and another one is set up after it.
      return decision.methods.some((method) => isFactor({ method })) ? 'protected' : 'must-set-up';
    case 'set-up':
    case 'password':
      return 'must-set-up';
    case 'refuse':
      return 'no-method';
  }
}
