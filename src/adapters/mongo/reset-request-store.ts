/** Requests to reset second factors in MongoDB. */
import { trusted } from 'mongoose';
import {
  RESET_KEPT_MS,
  type ResetCase,
  type ResetRequest,
  type ResetStage,
  type ResetStep,
} from '../../domain/resets/reset-request.ts';
import type { ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models } from './schema/collections.ts';
import type { ResetRequestDocument, ResetStepDocument } from './schema/reset-request.ts';
import { dateOf, idOf } from './stored-values.ts';

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

export function createResetRequestStore(
  { act }: Connection,
  { resetRequests, resetSteps }: Models,
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

  return {
    insert: (request) => act(() => isFirst(resetRequests.insertOne(toDocument(request)))),
    find: (id) => act(async () => one(await resetRequests.findOne({ _id: id }).lean())),
    findNewest: (accountId) =>
      act(async () => one(await resetRequests.findOne({ accountId }).sort({ createdAt: -1 }).lean())),
    pageByTenant: (tenantId, after, limit) =>
      act(async () => {
        const createdAt = after && new Date(after.createdAt);
        const later = createdAt && [
          { createdAt: trusted({ $lt: createdAt }) },
          { createdAt, _id: trusted({ $gt: after.id }) },
        ];
        const those = { tenantId, ...(later && { $or: later }) };
        const order = { createdAt: -1, _id: 1 } as const;
        return withSteps(await resetRequests.find(those).sort(order).limit(limit).lean());
      }),
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
