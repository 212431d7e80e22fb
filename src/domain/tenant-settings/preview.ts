/** The effect of changed settings on one member: the policy itself is asked about the next sign-in, before and after. */
import type { Account } from '../account.ts';
import { isFactor } from '../enrolment/enrolment.ts';
import { definitionOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import type { AuthenticationEvent } from '../policy/assurance.ts';
import type { GraceStarts } from '../policy/grace.ts';
import { type Decision, decide, NO_ASSURANCE_REQUESTED, type PolicyFactor } from '../policy/policy.ts';
import { enforcementFor, mayStandAlone, requirementFor, type TenantSecondFactor } from '../tenant.ts';

export interface Member {
  readonly account: Account;
  readonly factors: readonly PolicyFactor[];
  readonly graceStarts: GraceStarts;
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
  const next = decisionsFor(member, after, context);
  const isSame =
    isEqual(decisionsFor(member, before, context), next) &&
    isEqual(withoutPassword(member, before), withoutPassword(member, after));
  return { isAffected: !isSame, outlook: outlookOf(member, next) };
}

/** The decision after the right password, and the one after the factor that it asks for. */
interface Decisions {
  readonly first: Decision;
  readonly second: Decision | null;
}

/** Both are made by the same function, which writes the parts of a decision in one order. */
function isEqual<T>(a: T, b: T): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function decisionsFor(member: Member, settings: TenantSecondFactor, context: PreviewContext): Decisions {
  const first = decisionAfter(member, settings, context, []);
  const given = first.kind === 'prove' ? firstGiven(member, first, context.now) : null;
  return { first, second: given && decisionAfter(member, settings, context, [given]) };
}

/** A passkey verifies its user where that is asked for. */
function firstGiven(
  { factors }: Member,
  { preferred, methods }: Extract<Decision, { kind: 'prove' }>,
  atMs: number,
): AuthenticationEvent | null {
  const factor = factors.find(({ method }) => method === (preferred ?? methods[0]));
  const passkey = { userVerified: true, deviceBound: false };
  return factor ? { method: factor.method, enrolmentId: factor.id, atMs, passkey } : null;
}

function decisionAfter(
  { account, factors, graceStarts, hasTrust }: Member,
  settings: TenantSecondFactor,
  { available, now }: PreviewContext,
  given: readonly AuthenticationEvent[],
): Decision {
  return decide({
    ...requirementFor(settings, account),
    tenant: settings,
    role: account.role,
    factors,
    available,
    authentications: [{ method: 'pwd', enrolmentId: null, atMs: now }, ...given],
    requested: NO_ASSURANCE_REQUESTED,
    trustedBrowser: hasTrust,
    isHeld: account.heldAt !== null,
    graceStarts,
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

function outlookOf({ factors }: Member, { first, second }: Decisions): Outlook {
  switch (first.kind) {
    case 'satisfied':
      return factors.some(isFactor) ? 'protected' : 'unasked';
    case 'prove':
      // A recovery code stands in for a factor that no longer counts, and another one is set up after it.
      if (!first.methods.some((method) => isFactor({ method }))) return 'must-set-up';
      // A factor below the minimum is given before a better one is set up.
      return second?.kind === 'set-up' ? 'must-set-up' : 'protected';
    case 'set-up':
    case 'password':
      return 'must-set-up';
    case 'refuse':
      return 'no-method';
  }
}
