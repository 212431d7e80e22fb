/** The list of requests for a reset, and the page of one: who asks, what happened since, and the decision. */
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { LONGEST_REASON, type ResetState, stepAt } from '../../domain/resets/reset-request.ts';
import type {
  ResetReview,
  Review,
  ReviewDecision,
  ReviewPlace,
} from '../../use-cases/administration/requests/review-resets.ts';
import type { ListedReset } from '../../use-cases/resets/decide.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext, redirect } from './console.ts';

export interface RequestPagesDeps {
  readonly resetReview: ResetReview;
  readonly forms: FormTokens;
  readonly render: Render;
}

const PATH = `${ADMIN_PATH}/requests`;
const DONE = ['approved', 'refused', 'first-of-two'] as const;
/** A cursor of the list: the part, the time and the id. */
const PLACE = /^([wo])(\d{1,15})\.(.{1,200})$/;

export function requestRoutes({ resetReview, forms, render }: RequestPagesDeps): readonly ConsoleRoute[] {
  return [
    { method: 'GET', path: '/requests', page: 'requests', handle: list },
    { method: 'GET', path: '/requests/:id', page: 'requests', handle: open },
    { method: 'POST', path: '/requests/:id', page: 'requests', handle: decide },
  ];

  async function list(ctx: Context, visit: AdminVisit): Promise<void> {
    const isWaitingOnly = ctx.query.filter === 'waiting';
    const listed = await resetReview.list(visit.actor, placeIn(ctx.query.after), isWaitingOnly);
    const model: Pages['admin-requests'] = {
      tenantName: visit.tenant.name,
      waiting: listed.waiting,
      isWaitingOnly,
      requests: listed.requests.map((each) => ({
        ...stateOf(each),
        id: each.request.id,
        href: addressOf(each.request.id),
        name: each.account.name,
        email: shownEmail(each.account.email),
        createdAt: each.request.createdAt,
      })),
      nextHref: listed.next && hrefAfter(listed.next, isWaitingOnly),
    };
    render(ctx, 'admin-requests', model, consoleContext(visit, 'requests'));
  }

  async function open(ctx: Context, visit: AdminVisit): Promise<void> {
    await show(ctx, visit, idIn(ctx), null, null);
  }

  async function decide(ctx: Context, visit: AdminVisit): Promise<void> {
    const fields = await forms.read(ctx, visit.sessionUid);
    const act = (['approve', 'refuse'] as const).find((name) => name in fields);
    if (!act) return ctx.throw(400);
    const id = idIn(ctx);
    const decision = { act, note: fields.reason ?? '', version: fields.version ?? '' };
    const outcome = await resetReview.decide(visit.actor, id, decision);
    switch (outcome.kind) {
      case 'hidden':
        return ctx.throw(404);
      case 'forbidden':
        return ctx.throw(403);
      case 'refused':
        return show(ctx, visit, id, decision, outcome.refusal);
      case 'decided':
        redirect(ctx, `${addressOf(id)}?done=${outcome.as}`);
    }
  }

  async function show(
    ctx: Context,
    visit: AdminVisit,
    id: string,
    decision: ReviewDecision | null,
    refusal: Refusal | null,
  ): Promise<void> {
    const review = await resetReview.find(visit.actor, id);
    if (!review) return ctx.throw(404);
    const model: Pages['admin-request'] = {
      ...detailsOf(review),
      form: forms.form(addressOf(id), visit.sessionUid),
      needsTwo: visit.tenant.secondFactor.resetApprovers === 2,
      coolingOffHours: visit.tenant.secondFactor.resetCoolingOffHours,
      attempt: decision,
      done: DONE.find((done) => done === ctx.query.done) ?? null,
    };
    render(ctx, 'admin-request', model, consoleContext(visit, 'requests', refusal));
  }
}

function detailsOf(review: Review) {
  const { account, request, version, filedByName, history, mayApprove, mayRefuse, obstacle } = review;
  const { reason, createdAt, expiresAt, ip, browser, filedBy } = request;
  const href = `${ADMIN_PATH}/users/${encodeURIComponent(account.id)}`;
  return {
    ...stateOf(review),
    version,
    person: { name: account.name, email: shownEmail(account.email), href },
    reason,
    createdAt,
    expiresAt,
    network: ip,
    browser,
    filedBy: filedBy === undefined ? null : (filedByName ?? ''),
    history,
    mayApprove,
    mayRefuse,
    obstacle,
    longestReason: LONGEST_REASON,
  };
}

function stateOf({ request, state }: ListedReset): {
  state: ResetState;
  isHalfApproved: boolean;
  effectAt: number | null;
} {
  return {
    state,
    isHalfApproved: state === 'open' && stepAt(request, 'first-approval') !== null,
    effectAt: state === 'approved' ? (stepAt(request, 'decision')?.dueAt ?? null) : null,
  };
}

/** The address of the page, which is that of its form too. */
function addressOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

function idIn(ctx: Context): string {
  return String(ctx.params.id);
}

function hrefAfter({ isWaiting, createdAt, id }: ReviewPlace, isWaitingOnly: boolean): string {
  const after = `${isWaiting ? 'w' : 'o'}${createdAt}.${id}`;
  return `${PATH}?${new URLSearchParams({ ...(isWaitingOnly && { filter: 'waiting' }), after })}`;
}

/** Null for a text that no page of ours has linked: the list then begins at its start. */
function placeIn(after: unknown): ReviewPlace | null {
  const [, part, createdAt, id] = PLACE.exec(typeof after === 'string' ? after : '') ?? [];
  if (createdAt === undefined || id === undefined) return null;
  return { isWaiting: part === 'w', createdAt: Number(createdAt), id };
}
