/** The audit trail in MongoDB. */
import { Types } from 'mongoose';
import type { AuditEvent, AuditEventName } from '../../domain/events.ts';
import type { AuditStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst, storedBefore } from './faults.ts';
import type { AuditDocument, Models } from './schema/collections.ts';

function toDocument({ id, atMs, ip, ...rest }: AuditEvent): AuditDocument {
  return { ...rest, _id: id, at: new Date(atMs), address: ip, order: new Types.ObjectId() };
}

function toEvent(found: AuditDocument): AuditEvent {
  return {
    id: found._id,
    atMs: found.at.getTime(),
    event: found.event as AuditEventName,
    accountId: found.accountId,
    tenantId: found.tenantId,
    clientId: found.clientId,
    method: found.method,
    reason: found.reason,
    ip: found.address,
    reference: found.reference ?? null,
    actor: found.actor ?? null,
  };
}

export function createAuditStore({ act }: Connection, { audit }: Models): AuditStore {
  return {
    append: (event) => act(() => isFirst(audit.insertOne(toDocument(event)))),
    appendAll: (events) =>
      act(async () => {
        if (events.length === 0) return [];
        // Unordered: one that is stored already keeps none of the others away.
        const insert = audit.insertMany(events.map(toDocument), { ordered: false, lean: true });
        const stored = await storedBefore(insert);
        return events.map((_, index) => !stored.has(index));
      }),
    list: ({ limit, ...filter }) =>
      act(async () =>
        (await audit.find(filter).sort({ at: -1, order: -1 }).limit(limit).lean()).map(toEvent),
      ),
  };
}
