/** One person as an administrator sees him or her: the state, the second factors, the sessions, and what was done. */
import type { Account } from '../../../domain/account.ts';
import { ACTIONS, type Action, mayAct } from '../../../domain/administration/may-act.ts';
import { type Enrolment, type FactorSummary, isFactor } from '../../../domain/enrolment/enrolment.ts';
import type { AuditEvent } from '../../../domain/events.ts';
import { graceUntil } from '../../../domain/policy/grace.ts';
import { isReachedBySome } from '../../../domain/policy/minimum.ts';
import type { AccountSnapshot } from '../../../domain/policy/policy.ts';
import { FAILURES_UNTIL_REFUSED } from '../../../domain/sign-in/attempts.ts';
import type { TrustedBrowser } from '../../../domain/sign-in/trusted-browser.ts';
import { type Minimum, type Requirement, requirementFor } from '../../../domain/tenant.ts';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AuditReader, LockoutStore } from '../../../ports/stores.ts';
import type { Cipher, Clock } from '../../../ports/system.ts';
import type { FindLastUses, LastUse } from '../../account/last-uses.ts';
import type { OwnSession, OwnSessions } from '../../account/own-sessions.ts';
import type { LoadSnapshot } from '../../second-factor/evaluate-policy.ts';
import { readGraceStarts } from '../grace-starts.ts';
import { versionOf } from './details-form.ts';
import { type Acting, lineOf } from './permission.ts';

interface ViewPersonDeps {
  readonly loadSnapshot: LoadSnapshot;
  readonly sessions: Pick<OwnSessions, 'list'>;
  readonly listTrustedBrowsers: (account: Account) => Promise<readonly TrustedBrowser[]>;
  readonly findLastUses: FindLastUses;
  /** Null for a method that sends no codes. */
  readonly maskedDestination: (snapshot: AccountSnapshot, enrolment: Enrolment) => string | null;
  readonly lockouts: Pick<LockoutStore, 'read'>;
  /** The subject of the counters of an account's password. */
  readonly passwordSubject: (email: string) => string;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly administration: Pick<AdministrationStore, 'accountsById' | 'valuesOf'>;
  readonly audit: AuditReader;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A second factor of the person. `isRefused`: after too many wrong codes in a row. */
export interface SeenFactor extends Omit<FactorSummary, 'isDefault'> {
  /** Masked. */
  readonly destination: string | null;
  readonly lastUse: LastUse | null;
  /** Milliseconds since the epoch. Null: it is not suspended. */
  readonly suspendedAt: number | null;
  readonly isRefused: boolean;
}

/** A line of the audit log. `by`: the e-mail address of the actor, or `operator` or `host`. Null: nobody is known. */
export interface SeenLine extends Pick<AuditEvent, 'atMs' | 'event' | 'method' | 'reason' | 'reference'> {
  readonly by: string | null;
}

/** The state in one word, the most pressing first. */
export type PersonState =
  | { readonly kind: 'disabled' | 'frozen' | 'held'; readonly since: number }
  | { readonly kind: 'locked'; readonly until: number }
  | { readonly kind: 'invited'; readonly since: number | null }
  /** `below-minimum`: no factor of the person reaches the level that the tenant asks for. */
  | {
      readonly kind: 'protected' | 'below-minimum';
      readonly methods: readonly Enrolment['method'][];
      readonly minimum: Minimum;
    }
  | { readonly kind: 'grace'; readonly until: number }
  | { readonly kind: 'unprotected' };

export interface PersonView {
  readonly account: Account;
  /** That of a form with the details. */
  readonly version: string;
  readonly state: PersonState;
  readonly factors: readonly SeenFactor[];
  readonly requirement: Requirement;
  readonly sessions: readonly OwnSession[];
  readonly browsers: readonly TrustedBrowser[];
  /** Milliseconds since the epoch. Null: nothing waits. */
  readonly lockedUntil: number | null;
  readonly graceUntil: number | null;
  readonly lines: readonly SeenLine[];
  /** The acts of this actor on this person. */
  readonly allowed: ReadonlySet<Action>;
}

export type ViewPerson = (acting: Acting) => Promise<PersonView | null>;

const LINES = 20;
/** Milliseconds in which a look at the same person is noted once. */
const NOTED_MS = 10 * 60_000;

export function createViewPerson(deps: ViewPersonDeps): ViewPerson {
  const { loadSnapshot, lockouts, administration, audit, events, clock } = deps;

  /** Reloads of the page add no line within ten minutes. */
  async function note(acting: Acting): Promise<void> {
    const { actor, target } = acting;
    const atMs = clock.now() - (clock.now() % NOTED_MS);
    const once = { key: `${actor.id}:${target.id}`, atMs };
    await events.append({ ...lineOf(acting), name: 'admin.person_viewed', once });
  }

  async function factorsOf(snapshot: AccountSnapshot): Promise<readonly SeenFactor[]> {
    const factors = snapshot.enrolments.filter(isFactor);
    const uses = await deps.findLastUses(snapshot.account.id, factors);
    return factors.map((enrolment) => {
      const { id, method, label, app, createdAt, suspendedAt = null } = enrolment;
      return {
        id,
        method,
        label,
        app,
        createdAt,
        suspendedAt,
        destination: deps.maskedDestination(snapshot, enrolment),
        lastUse: uses.get(id) ?? null,
        isRefused: (snapshot.lockout.failures[method] ?? 0) >= FAILURES_UNTIL_REFUSED,
      };
    });
  }

  async function lockOf({ account, lockout }: AccountSnapshot): Promise<number | null> {
    const ofPassword = await lockouts.read(deps.passwordSubject(account.email));
    const until = Math.max(lockout.lockedUntil, ofPassword.lockedUntil);
    return until > clock.now() ? until : null;
  }

  /** Null for a person who meets the policy, is asked for nothing, or has not begun the grace. */
  async function graceOf({ account, tenant, enrolments }: AccountSnapshot): Promise<number | null> {
    const { minimum } = requirementFor(tenant.secondFactor, account);
    const starts = await readGraceStarts(administration, [account.id], minimum);
    return graceUntil(tenant.secondFactor, account, enrolments, starts.get(account.id) ?? {});
  }

  async function linesOf({ id }: Account): Promise<readonly SeenLine[]> {
    const lines = await audit.list({ accountId: id, limit: LINES });
    const actors = new Set(lines.flatMap(({ actor }) => actor ?? []));
    const found = await administration.accountsById([...actors]);
    return lines.map(({ atMs, event, method, reason, reference, actor }) => {
      const by = actor === null ? null : (found.get(actor)?.email ?? actor);
      return { atMs, event, method, reason, reference, by };
    });
  }

  return async (acting) => {
    const { actor, target } = acting;
    const snapshot = await loadSnapshot(target.id, target);
    if (!snapshot) return null;
    await note(acting);
    const requirement = requirementFor(snapshot.tenant.secondFactor, target);
    const [factors, sessions, browsers, lockedUntil, until, lines] = await Promise.all([
      factorsOf(snapshot),
      deps.sessions.list(snapshot),
      deps.listTrustedBrowsers(target),
      lockOf(snapshot),
      graceOf(snapshot),
      linesOf(target),
    ]);
    return {
      account: target,
      version: versionOf(target, deps.cipher),
      state: stateOf(snapshot, requirement, { lockedUntil, graceUntil: until, now: clock.now() }),
      factors,
      requirement,
      sessions,
      browsers,
      lockedUntil,
      graceUntil: until,
      lines,
      allowed: new Set(ACTIONS.filter((action) => mayAct(actor, action, target) === 'allowed')),
    };
  };
}

interface Waits {
  readonly lockedUntil: number | null;
  readonly graceUntil: number | null;
  readonly now: number;
}

function stateOf(
  { account, enrolments }: AccountSnapshot,
  { enforcement, minimum }: Requirement,
  { lockedUntil, graceUntil, now }: Waits,
): PersonState {
  const { disabledAt, frozenAt, heldAt, passwordHash, invitedAt } = account;
  if (disabledAt !== null) return { kind: 'disabled', since: disabledAt };
  if (frozenAt !== null) return { kind: 'frozen', since: frozenAt };
  if (heldAt !== null) return { kind: 'held', since: heldAt };
  if (lockedUntil !== null) return { kind: 'locked', until: lockedUntil };
  const methods = enrolments.filter(isFactor).map(({ method }) => method);
  const own = { methods: [...new Set(methods)], minimum };
  const isBelow = enforcement === 'required' && !isReachedBySome(minimum, methods);
  if (methods.length > 0) return { kind: isBelow ? 'below-minimum' : 'protected', ...own };
  if (passwordHash === null) return { kind: 'invited', since: invitedAt };
  if (graceUntil !== null && graceUntil > now) return { kind: 'grace', until: graceUntil };
  return { kind: 'unprotected' };
}
