/** The audit trail in MongoDB. */
import { trusted } from 'mongoose';
import type { AuditPlace } from '../../../domain/audit/search.ts';
import type { AuditFilter, AuditStore } from '../../../ports/stores.ts';
import type { Connection } from '../connection.ts';
import { isFirst, storedBefore } from '../faults.ts';
import type { Models } from '../schema/collections.ts';
import { toAuditDocument, toAuditEvent } from './audit-document.ts';

export function createAuditStore({ act }: Connection, { audit }: Models): AuditStore {
  /** Lines of one moment are in their order. Those of the same moment as a removed line are removed with it. */
  async function conditionsAfter(after: AuditPlace) {
    const at = new Date(after.atMs);
    const found = await audit.findOne({ _id: after.id }, { order: 1 }).lean();
    if (!found) return { time: { $lt: at }, either: {} };
    const later = [{ at: trusted({ $lt: at }) }, { order: trusted({ $lt: found.order }) }];
    return { time: { $lte: at }, either: { $or: later } };
  }

  async function conditionsOf({ since, until, after, limit: _, ...equal }: AuditFilter) {
    const begun = after ? await conditionsAfter(after) : { time: {}, either: {} };
    const bounds: { $gte?: Date; $lt?: Date; $lte?: Date } = { ...begun.time };
    if (since !== undefined) bounds.$gte = new Date(since);
    if (until !== undefined && (bounds.$lt === undefined || bounds.$lt.getTime() > until))
      bounds.$lt = new Date(until);
    const stated = Object.entries(equal).filter(([, value]) => value !== undefined);
    const time = Object.keys(bounds).length === 0 ? {} : { at: trusted(bounds) };
    return { ...Object.fromEntries(stated), ...time, ...begun.either };
  }

  return {
    append: (event) => act(() => isFirst(audit.insertOne(toAuditDocument(event)))),
    appendAll: (events) =>
      act(async () => {
        if (events.length === 0) return [];
        // Unordered: one that is stored already keeps none of the others away.
        const insert = audit.insertMany(events.map(toAuditDocument), { ordered: false, lean: true });
        const stored = await storedBefore(insert);
        return events.map((_, index) => !stored.has(index));
      }),
    list: (filter) =>
      act(async () => {
        const found = audit.find(await conditionsOf(filter)).sort({ at: -1, order: -1 });
        return (await found.limit(filter.limit).lean()).map(toAuditEvent);
      }),
  };
}
