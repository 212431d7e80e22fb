/** Requests to reset second factors in MongoDB. */
import { trusted } from 'mongoose';
import { isInScope, type Scope } from '../../../domain/administration/may-act.ts';
import {
  RESET_KEPT_MS,
  RESET_LIFETIME_MS,
  type ResetCase,
  type ResetRequest,
  type ResetStage,
  type ResetStep,
  resetStateOf,
  WAITING,
} from '../../../domain/resets/reset-request.ts';
import type { ResetPlace, ResetRequestStore } from '../../../ports/administration/reset-requests.ts';
import { readableAccounts } from '../account-store.ts';
import type { Connection } from '../connection.ts';
import { isFirst } from '../faults.ts';
import type { Models } from '../schema/collections.ts';
import type { ResetRequestDocument, ResetStepDocument } from '../schema/reset-request.ts';
import { dateOf, idOf } from '../stored-values.ts';

function toDocument(request: ResetRequest): ResetRequestDocument {
  const { id, accountId, tenantId, filedBy = null, reason, ip, browser, createdAt, expiresAt } = request;
  return {
    _id: id,
    accountId,
    tenantId,
    filedBy,
    reason,
    address: ip,
    browser,
    createdAt: new Date(createdAt),
    closesAt: new Date(expiresAt),
    expiresAt: new Date(createdAt + RESET_KEPT_MS),
  };
}

function toStepDocument({ requestId, stage, atMs, dueAt, ...step }: ResetStep): ResetStepDocument {
  return {
    ...step,
    _id: idOf(requestId, stage),
    requestId,
    stage,
    at: new Date(atMs),
    dueAt: dateOf(dueAt),
    expiresAt: new Date(atMs + RESET_KEPT_MS),
  };
}

function toStep(found: ResetStepDocument): ResetStep {
  return {
    requestId: found.requestId,
    stage: found.stage as ResetStage,
    outcome: found.outcome as ResetStep['outcome'],
    by: found.by,
    note: found.note,
    atMs: found.at.getTime(),
    dueAt: found.dueAt?.getTime() ?? null,
  };
}

function toCase(found: ResetRequestDocument, steps: readonly ResetStep[]): ResetCase {
  return {
    id: found._id,
    accountId: found.accountId,
    tenantId: found.tenantId,
    ...(found.filedBy && { filedBy: found.filedBy }),
    reason: found.reason,
    ip: found.address,
    browser: found.browser,
    createdAt: found.createdAt.getTime(),
    expiresAt: found.closesAt.getTime(),
    steps: steps.filter(({ requestId }) => requestId === found._id),
  };
}

/** Requests that are read at a time. */
const BATCH = 200;

/** Newest first, as the lists are. */
function inOrder(a: ResetPlace, b: ResetPlace): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : Number(a.id > b.id));
}

export function createResetRequestStore(
  { act }: Connection,
  { accounts, resetRequests, resetSteps }: Models,
): ResetRequestStore {
  async function withSteps(found: readonly ResetRequestDocument[]): Promise<ResetCase[]> {
    if (found.length === 0) return [];
    const those = { requestId: trusted({ $in: found.map(({ _id }) => _id) }) };
    const steps = (await resetSteps.find(those).sort({ at: 1 }).lean()).map(toStep);
    return found.map((each) => toCase(each, steps));
  }

  async function one(found: ResetRequestDocument | null): Promise<ResetCase | null> {
    return found === null ? null : ((await withSteps([found]))[0] ?? null);
  }

  function pageByTenant(tenantId: string, after: ResetPlace | null, limit: number): Promise<ResetCase[]> {
    return act(async () => {
      const createdAt = after && new Date(after.createdAt);
      const later = createdAt && [
        { createdAt: trusted({ $lt: createdAt }) },
        { createdAt, _id: trusted({ $gt: after.id }) },
      ];
      const those = { tenantId, ...(later && { $or: later }) };
      const order = { createdAt: -1, _id: 1 } as const;
      return withSteps(await resetRequests.find(those).sort(order).limit(limit).lean());
    });
  }

  /** Keeps of a batch the requests of people within the scope that wait, or those that do not. */
  function within(scope: Scope, batch: readonly ResetCase[], isWaiting: boolean, now: number) {
    return act(async () => {
      const ids = batch.map(({ accountId }) => accountId);
      const those = { _id: trusted({ $in: ids }) };
      const found = readableAccounts(ids.length === 0 ? [] : await accounts.find(those).lean());
      const byId = new Map(found.map((account) => [account.id, account]));
      return batch.filter((request) => {
        const account = byId.get(request.accountId);
        if (!account || !isInScope(scope, account)) return false;
        return WAITING.has(resetStateOf(request, account, now)) === isWaiting;
      });
    });
  }

  /** The batches of a tenant from a place on, newest first. */
  async function* batchesOf(tenantId: string, from: ResetPlace | null): AsyncGenerator<ResetCase[]> {
    let after = from;
    do {
      const batch: ResetCase[] = await pageByTenant(tenantId, after, BATCH);
      yield batch;
      after = batch.length < BATCH ? null : (batch.at(-1) ?? null);
    } while (after !== null);
  }

  async function pageOthers(scope: Scope, after: ResetPlace | null, limit: number, now: number) {
    const found: ResetCase[] = [];
    for await (const batch of batchesOf(scope.tenantId, after)) {
      found.push(...(await within(scope, batch, false, now)));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** Newest first. A request waits while it is young, or between its approval and the effect. */
  async function listWaiting(scope: Scope, now: number): Promise<ResetCase[]> {
    const found = new Map<string, ResetCase>();
    const add = async (batch: readonly ResetCase[]) => {
      for (const request of await within(scope, batch, true, now)) found.set(request.id, request);
    };
    for await (const batch of batchesOf(scope.tenantId, null)) {
      await add(batch);
      const oldest = batch.at(-1);
      if (oldest && oldest.createdAt <= now - RESET_LIFETIME_MS) break;
    }
    const approved = await act(async () => {
      const due = { dueAt: trusted({ $gte: new Date(0) }) };
      const steps = await resetSteps.find(due, { requestId: 1 }).lean();
      return steps.map(({ requestId }) => requestId).filter((id) => !found.has(id));
    });
    for (let n = 0; n < approved.length; n += BATCH) {
      const those = { _id: trusted({ $in: approved.slice(n, n + BATCH) }) };
      const batch = await act(async () => withSteps(await resetRequests.find(those).lean()));
      await add(batch.filter(({ tenantId }) => tenantId === scope.tenantId));
    }
    return [...found.values()].sort(inOrder);
  }

  return {
    insert: (request) => act(() => isFirst(resetRequests.insertOne(toDocument(request)))),
    find: (id) => act(async () => one(await resetRequests.findOne({ _id: id }).lean())),
    findNewest: (accountId) =>
      act(async () => one(await resetRequests.findOne({ accountId }).sort({ createdAt: -1 }).lean())),
    pageByTenant,
    async pageInScope(scope, isWaiting, after, limit, now) {
      if (!isWaiting) return pageOthers(scope, after, limit, now);
      const waiting = await listWaiting(scope, now);
      return waiting.filter((each) => after === null || inOrder(after, each) < 0).slice(0, limit);
    },
    countWaiting: async (scope, now) => (await listWaiting(scope, now)).length,
    take: (step) =>
      act(async () => {
        const document = toStepDocument(step);
        if (await isFirst(resetSteps.insertOne(document))) return step;
        const found = await resetSteps.findOne({ _id: document._id }).lean();
        return found ? toStep(found) : step;
      }),
    listDue: (now, limit) =>
      act(async () => {
        const due = { dueAt: trusted({ $lte: new Date(now) }) };
        const found = await resetSteps.find(due, { requestId: 1 }).sort({ dueAt: 1 }).limit(limit).lean();
        return found.map(({ requestId }) => requestId);
      }),
    settle: (requestId) =>
      act(async () => void (await resetSteps.updateMany({ requestId }, { $set: { dueAt: null } }))),
  };
}
