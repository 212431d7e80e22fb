/** Lists requests for a reset, approves, refuses and cancels them. The first of several decisions stands. */
import type { Account } from '../../domain/account.ts';
import type { ResetEventName } from '../../domain/resets/reset-events.ts';
import {
  OWNER,
  type ResetCase,
  type ResetState,
  type ResetStep,
  resetStateOf,
  stepAt,
  WAITING,
} from '../../domain/resets/reset-request.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { ResetPlace, ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { ResetEffects } from './carry-out.ts';

interface ResetDecisionsDeps {
  readonly resetRequests: Pick<ResetRequestStore, 'find' | 'take' | 'pageByTenant' | 'settle'>;
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly tenants: readonly Tenant[];
  readonly effects: Pick<ResetEffects, 'carryOut'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A request as administrators see it. */
export interface ListedReset {
  readonly request: ResetCase;
  readonly state: ResetState;
  readonly account: Account;
}

/** The approver, and the reason. */
export interface Decider {
  /** `OPERATOR`, or the id of an administrator's account. */
  readonly by: string;
  readonly note: string | null;
  /** One approval is enough, whatever the tenant asks for. */
  readonly isAlone?: boolean;
  /** The first of two approvals comes with the filing itself. */
  readonly isFiling?: boolean;
}

/** `state`: that of the request after the act. */
export type ResetDecision =
  | { readonly kind: 'unknown' }
  /** Nobody decides about their own account. */
  | { readonly kind: 'own' }
  /** Nobody approves a request that they have filed for somebody else, beyond the first approval that came with it. */
  | { readonly kind: 'filer' }
  /** Another administrator has to approve as well. */
  | { readonly kind: 'first-of-two' }
  | { readonly kind: 'decided'; readonly state: ResetState; readonly effectAt: number | null }
  /** It was decided before, or has expired. */
  | { readonly kind: 'late'; readonly state: ResetState };

const HOUR_MS = 60 * 60 * 1000;
const PAGE = 200;

export function createResetDecisions(deps: ResetDecisionsDeps) {
  const { resetRequests, accounts, tenants, effects, events, clock } = deps;

  /** Newest first, tenant by tenant, in pages. `isAll`: those that were decided or have expired as well. */
  async function* list(tenantIds: readonly string[], isAll: boolean): AsyncGenerator<readonly ListedReset[]> {
    for (const id of tenantIds) {
      let after: ResetPlace | null = null;
      do {
        const page: readonly ResetCase[] = await resetRequests.pageByTenant(id, after, PAGE);
        const listed = await Promise.all(page.map(listedOf));
        const wanted = listed.filter((each) => each !== null && (isAll || WAITING.has(each.state)));
        if (wanted.length > 0) yield wanted.filter((each) => each !== null);
        after = page.at(PAGE - 1) ?? null;
      } while (after !== null);
    }
  }

  /** Null when its account is gone. */
  async function listedOf(request: ResetCase): Promise<ListedReset | null> {
    const account = await accounts.findById(request.accountId);
    return account && { request, account, state: resetStateOf(request, account, clock.now()) };
  }

  async function find(id: string): Promise<ListedReset | null> {
    const request = await resetRequests.find(id);
    return request && listedOf(request);
  }

  async function approve(
    id: string,
    { by, note, isAlone = false, isFiling = false }: Decider,
  ): Promise<ResetDecision> {
    const found = await find(id);
    if (!found) return { kind: 'unknown' };
    const { request, account, state } = found;
    if (by === account.id) return own(found, 'reset.approved', by);
    const isFiler = by === request.filedBy;
    if (isFiler && !isFiling) return filer(found, by);
    const decided = stepAt(request, 'decision');
    // An approval that was interrupted is completed.
    if (state === 'approved' && decided?.by === by) return complete(found, decided);
    if (state !== 'open') return late(found, 'reset.approved', state, by);

    const settings = tenants.find((tenant) => tenant.id === account.tenantId)?.secondFactor;
    const now = clock.now();
    const step = { requestId: id, outcome: 'approved', by, atMs: now } as const;
    if (settings?.resetApprovers === 2 && !isAlone) {
      const first = await resetRequests.take({ ...step, stage: 'first-approval', note, dueAt: null });
      if (first.by === by) {
        const once = { key: `${id}:first`, atMs: first.atMs };
        await append(found, 'reset.approved', { by, reason: 'first_of_two', once });
        return { kind: 'first-of-two' };
      }
    }
    if (isFiler) return filer(found, by);
    const dueAt = now + (settings?.resetCoolingOffHours ?? 0) * HOUR_MS;
    const decision = await resetRequests.take({ ...step, stage: 'decision', note, dueAt });
    if (decision.by !== by || decision.outcome !== 'approved')
      return late(found, 'reset.approved', decision.outcome, by);
    return complete(found, decision, isAlone ? 'override' : null);
  }

  /** Each act may be repeated. */
  async function complete(
    found: ListedReset,
    { by, atMs, dueAt }: ResetStep,
    reason: string | null = null,
  ): Promise<ResetDecision> {
    const { id } = found.request;
    const effectAt = dueAt !== null && dueAt > atMs ? dueAt : null;
    await append(found, 'reset.approved', { by, reason, once: { key: id, atMs }, effectAt });
    if (effectAt !== null && effectAt > clock.now()) return { kind: 'decided', state: 'approved', effectAt };
    await effects.carryOut(id);
    return { kind: 'decided', state: (await find(id))?.state ?? 'done', effectAt: null };
  }

  async function refuse(id: string, { by, note }: Decider): Promise<ResetDecision> {
    const found = await find(id);
    if (!found) return { kind: 'unknown' };
    if (by === found.account.id) return own(found, 'reset.refused', by);
    if (found.state !== 'open') return late(found, 'reset.refused', found.state, by);
    return end(found, { outcome: 'refused', by, note });
  }

  /** By the owner of the account: at any time before its effect. */
  async function cancel(id: string, ip: string): Promise<ResetDecision> {
    const found = await find(id);
    if (!found) return { kind: 'unknown' };
    if (!WAITING.has(found.state)) return { kind: 'late', state: found.state };
    return end(found, { outcome: 'cancelled', by: OWNER, note: null }, ip);
  }

  async function end(
    found: ListedReset,
    given: Pick<ResetStep, 'outcome' | 'by' | 'note'>,
    ip?: string,
  ): Promise<ResetDecision> {
    const { id } = found.request;
    const step = { ...given, requestId: id, atMs: clock.now(), dueAt: null };
    let taken = await resetRequests.take({ ...step, stage: 'decision' });
    // An approval has no effect yet: it can still be cancelled.
    if (given.outcome === 'cancelled' && taken.outcome === 'approved') {
      taken = await resetRequests.take({ ...step, stage: 'effect' });
      if (taken.outcome === 'cancelled') await resetRequests.settle(id);
    }
    const name = given.outcome === 'refused' ? 'reset.refused' : 'reset.cancelled';
    if (taken.outcome !== given.outcome || taken.by !== given.by)
      return late(found, name, taken.outcome, given.by);
    const once = { key: id, atMs: taken.atMs };
    await append(found, name, { by: given.by, once, ...(ip === undefined ? {} : { ip }) });
    return { kind: 'decided', state: given.outcome, effectAt: null };
  }

  async function own(found: ListedReset, name: ResetEventName, by: string): Promise<ResetDecision> {
    await append(found, name, { by, reason: 'own_account' });
    return { kind: 'own' };
  }

  async function filer(found: ListedReset, by: string): Promise<ResetDecision> {
    await append(found, 'reset.approved', { by, reason: 'filed_by_approver' });
    return { kind: 'filer' };
  }

  async function late(
    found: ListedReset,
    name: ResetEventName,
    state: ResetState,
    by: string,
  ): Promise<ResetDecision> {
    await append(found, name, { by, reason: `request_${state}` });
    return { kind: 'late', state };
  }

  async function append(
    { account, request: { id, browser } }: ListedReset,
    name: ResetEventName,
    {
      by,
      ...more
    }: {
      readonly by: string;
      readonly reason?: string | null;
      readonly once?: { readonly key: string; readonly atMs: number };
      readonly ip?: string;
      readonly effectAt?: number | null;
    },
  ): Promise<void> {
    const line = { accountId: account.id, tenantId: account.tenantId, actor: by === OWNER ? account.id : by };
    await events.append({
      effectAt: null,
      ...line,
      ...more,
      name,
      account,
      request: { id, browser },
      also: [],
    });
  }

  return { list, find, approve, refuse, cancel };
}

export type ResetDecisions = ReturnType<typeof createResetDecisions>;
