/** A line of the audit trail as a row. */
import type { AuditEvent, AuditEventName } from '../../../domain/events.ts';

export type AuditRow = {
  id: string;
  at: number;
  event: string;
  account_id: string | null;
  tenant_id: string | null;
  client_id: string | null;
  method: string | null;
  reason: string | null;
  address: string | null;
  reference: string | null;
  actor: string | null;
};

export const AUDIT_COLUMNS = [
  'id',
  'at',
  'event',
  'account_id',
  'tenant_id',
  'client_id',
  'method',
  'reason',
  'address',
  'reference',
  'actor',
] as const satisfies readonly (keyof AuditRow)[];

export function toAuditRow(event: AuditEvent): AuditRow {
  return {
    id: event.id,
    at: event.atMs,
    event: event.event,
    account_id: event.accountId,
    tenant_id: event.tenantId,
    client_id: event.clientId,
    method: event.method,
    reason: event.reason,
    address: event.ip,
    reference: event.reference,
    actor: event.actor,
  };
}

export function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    id: row.id,
    atMs: row.at,
    event: row.event as AuditEventName,
    accountId: row.account_id,
    tenantId: row.tenant_id,
    clientId: row.client_id,
    method: row.method,
    reason: row.reason,
    ip: row.address,
    reference: row.reference,
    actor: row.actor,
  };
}
