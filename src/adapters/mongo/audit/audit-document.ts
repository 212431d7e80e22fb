/** A line of the audit trail as a document. */
import { Types } from 'mongoose';
import type { AuditEvent, AuditEventName } from '../../../domain/events.ts';
import type { AuditDocument } from '../schema/audit.ts';

export function toAuditDocument({ id, atMs, ip, ...rest }: AuditEvent): AuditDocument {
  return { ...rest, _id: id, at: new Date(atMs), address: ip, order: new Types.ObjectId() };
}

export function toAuditEvent(found: AuditDocument): AuditEvent {
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
