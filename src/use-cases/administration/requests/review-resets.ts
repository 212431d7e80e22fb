/** Requests for a reset as administrators review them: within their scope, by their role, and never their own. */
import type { Account } from '../../../domain/account.ts';
import { mayAct, type Permission, scopeOf } from '../../../domain/administration/may-act.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import {
  LONGEST_REASON,
  OPERATOR,
  OWNER,
  type ResetCase,
  type ResetStep,
  resetStateOf,
  stepAt,
} from '../../../domain/resets/reset-request.ts';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import type { ResetPlace, ResetRequestStore } from '../../../ports/administration/reset-requests.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Clock } from '../../../ports/system.ts';
import type { ListedReset, ResetDecisions } from '../../resets/decide.ts';

interface ResetReviewDeps {
  readonly resetRequests: Pick<ResetRequestStore, 'pageInScope' | 'countWaiting'>;
  readonly administration: Pick<AdministrationStore, 'accountsById'>;
  readonly decisions: Pick<ResetDecisions, 'find' | 'approve' | 'refuse'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The place of a request in the list, in which those that wait come first. */
export interface ReviewPlace extends ResetPlace {
  readonly isWaiting: boolean;
}

export interface ReviewPage {
  readonly requests: readonly ListedReset[];
  /** The number of those that wait, on all pages. */
  readonly waiting: number;
  /** The last request of this page. Null: there are no more. */
  readonly next: ReviewPlace | null;
}

/** Why a person who sees a request does not decide about it, or no longer approves it. */
export type ReviewObstacle = 'own' | 'role' | 'filer' | 'first_approval';

/** An act of a request, with the name of its person. Null: that account is gone. */
export interface ReviewStep extends ResetStep {
  readonly who: typeof OPERATOR | typeof OWNER | 'person';
  readonly name: string | null;
}

export interface Review extends ListedReset {
  /** The number of its steps, which a form sends back. */
  readonly version: string;
  readonly filedByName: string | null;
  readonly history: readonly ReviewStep[];
  readonly mayApprove: boolean;
  readonly mayRefuse: boolean;
  /** Null where the person may decide, and where nothing is left to decide. */
  readonly obstacle: ReviewObstacle | null;
}

export interface ReviewDecision {
  readonly act: 'approve' | 'refuse';
  /** The reason of the one who decides. Empty: none. */
  readonly note: string;
  /** The version that the form was made for. */
  readonly version: string;
}

export type ReviewOutcome =
  | { readonly kind: Exclude<Permission, 'allowed'> }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `first-of-two`: one more administrator has to approve. */
  | { readonly kind: 'decided'; readonly as: 'approved' | 'refused' | 'first-of-two' };

const PAGE = 50;
const OUTCOMES = { approve: 'approved', refuse: 'refused' } as const;

export type ResetReview = ReturnType<typeof createResetReview>;

export function createResetReview(deps: ResetReviewDeps) {
  const { resetRequests, administration, decisions, events, clock } = deps;

  /** Those that wait first, each part newest first. `isWaitingOnly` leaves the others out. */
  async function list(
    actor: Account,
    after: ReviewPlace | null,
    isWaitingOnly: boolean,
  ): Promise<ReviewPage> {
    const scope = scopeOf(actor);
    if (!scope) return { requests: [], waiting: 0, next: null };
    const now = clock.now();
    const found: { request: ResetCase; isWaiting: boolean }[] = [];
    const parts = isWaitingOnly ? [true] : after?.isWaiting === false ? [false] : [true, false];
    for (const isWaiting of parts) {
      const from = after?.isWaiting === isWaiting ? after : null;
      const left = PAGE + 1 - found.length;
      const page = await resetRequests.pageInScope(scope, isWaiting, from, left, now);
      found.push(...page.map((request) => ({ request, isWaiting })));
      if (found.length > PAGE) break;
    }
    const shown = found.slice(0, PAGE);
    const waitingHere = found.filter(({ isWaiting }) => isWaiting).length;
    // The first page has counted those that wait, where they fit on it.
    const isCounted = after === null && waitingHere <= PAGE;
    const [waiting, owners] = await Promise.all([
      isCounted ? waitingHere : resetRequests.countWaiting(scope, now),
      administration.accountsById(shown.map(({ request }) => request.accountId)),
    ]);
    const requests = shown.flatMap(({ request }): ListedReset[] => {
      const account = owners.get(request.accountId);
      return account ? [{ request, account, state: resetStateOf(request, account, now) }] : [];
    });
    const last = found.length > PAGE ? shown.at(-1) : undefined;
    const next = last ? { ...placeOf(last.request), isWaiting: last.isWaiting } : null;
    return { requests, waiting, next };
  }

  /** Null when there is no such request of a person whom the actor sees. */
  async function find(actor: Account, id: string): Promise<Review | null> {
    const found = await decisions.find(id);
    if (!found || mayAct(actor, 'view', found.account) !== 'allowed') return null;
    const { request, state } = found;
    const people = await peopleOf(request);
    const isOpen = state === 'open';
    const obstacle = isOpen ? obstacleFor(actor, found) : null;
    const mayRefuse = isOpen && (obstacle === null || obstacle === 'filer' || obstacle === 'first_approval');
    const mayApprove = isOpen && obstacle === null;
    return {
      ...found,
      version: versionOf(request),
      filedByName: people.get(request.filedBy ?? '')?.name ?? null,
      history: request.steps.map((step) => reviewed(step, people)),
      mayApprove,
      mayRefuse,
      obstacle,
    };
  }

  /** Those who filed a request or decided about it. */
  function peopleOf({ filedBy, steps }: ResetCase): Promise<ReadonlyMap<string, Account>> {
    const ids = steps.map(({ by }) => by).filter((by) => by !== OPERATOR && by !== OWNER);
    return administration.accountsById([...new Set(filedBy === undefined ? ids : [...ids, filedBy])]);
  }

  /** Every attempt that is refused leaves a line in the audit log. */
  async function decide(actor: Account, id: string, decision: ReviewDecision): Promise<ReviewOutcome> {
    const { act, note, version } = decision;
    const found = await decisions.find(id);
    if (!found) return { kind: 'hidden' };
    const permission = mayAct(actor, 'decide-reset', found.account);
    if (permission !== 'allowed') {
      await noteDenied(actor, found, act, permission);
      return { kind: permission };
    }
    const typed = note.trim();
    if (typed.length > LONGEST_REASON)
      return { kind: 'refused', refusal: { code: 'field_invalid', field: 'reason' } };
    const { request, state } = found;
    const own = stepBy(request, actor, OUTCOMES[act]);
    // The second submission of a form that was sent twice.
    if (own?.stage === 'decision' && (state === 'done' || state === 'refused'))
      return { kind: 'decided', as: OUTCOMES[act] };
    if (state === 'open' && version !== versionOf(request) && !own) return CONFLICT;

    const result = await decisions[act](id, { by: actor.id, note: typed === '' ? null : typed });
    switch (result.kind) {
      case 'unknown':
        return { kind: 'hidden' };
      case 'own':
      case 'filer':
        return { kind: 'forbidden' };
      case 'late':
        return CONFLICT;
      case 'first-of-two':
        return { kind: 'decided', as: 'first-of-two' };
      case 'decided':
        return { kind: 'decided', as: OUTCOMES[act] };
    }
  }

  async function noteDenied(
    actor: Account,
    { account, request: { id, browser } }: ListedReset,
    act: ReviewDecision['act'],
    permission: Exclude<Permission, 'allowed'>,
  ): Promise<void> {
    const because = permission === 'hidden' ? 'out_of_scope' : 'forbidden';
    await events.append({
      name: `reset.${OUTCOMES[act]}`,
      accountId: account.id,
      tenantId: account.tenantId,
      actor: actor.id,
      reason: actor.id === account.id ? 'own_account' : because,
      account,
      request: { id, browser },
      effectAt: null,
      also: [],
    });
  }

  return { list, find, decide };
}

const CONFLICT = { kind: 'refused', refusal: { code: 'conflict' } } as const satisfies ReviewOutcome;

function reviewed(step: ResetStep, people: ReadonlyMap<string, Account>): ReviewStep {
  if (step.by === OPERATOR || step.by === OWNER) return { ...step, who: step.by, name: null };
  return { ...step, who: 'person', name: people.get(step.by)?.name ?? null };
}

function versionOf({ steps }: Pick<ResetCase, 'steps'>): string {
  return String(steps.length);
}

function placeOf({ createdAt, id }: ResetPlace): ResetPlace {
  return { createdAt, id };
}

function stepBy({ steps }: ResetCase, actor: Account, outcome: ResetStep['outcome']): ResetStep | null {
  return steps.find((step) => step.by === actor.id && step.outcome === outcome) ?? null;
}

function obstacleFor(actor: Account, { account, request }: ListedReset): ReviewObstacle | null {
  if (actor.id === account.id) return 'own';
  if (mayAct(actor, 'decide-reset', account) !== 'allowed') return 'role';
  if (request.filedBy === actor.id) return 'filer';
  return stepAt(request, 'first-approval')?.by === actor.id ? 'first_approval' : null;
}
