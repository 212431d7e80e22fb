/** The audit trail in SQLite. */
import type { AuditEvent, AuditEventName } from '../../domain/events.ts';
import type { AuditStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto } from './sqlite/insertion.ts';

type Row = {
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

const COLUMNS = [
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
] as const satisfies readonly (keyof Row)[];

function toRow(event: AuditEvent): Row {
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

function toEvent(row: Row): AuditEvent {
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

export function createAuditStore(database: Database): AuditStore {
  const append = database.statement(`${insertInto('audit', COLUMNS)} ON CONFLICT DO NOTHING`);
  // A statement for each filter, so that each finds its index.
  const select = (where: string) =>
    database.statement<Row>(`SELECT * FROM audit ${where} ORDER BY at DESC, rowid DESC LIMIT :limit`);
  const all = select('');
  const byTenant = select('WHERE tenant_id = :tenantId');
  const byAccount = select('WHERE account_id = :accountId');
  const byBoth = select('WHERE account_id = :accountId AND tenant_id = :tenantId');
  // The lines of one request are few.
  const byReference = select(
    `WHERE reference = :reference AND account_id IS coalesce(:accountId, account_id)
      AND tenant_id IS coalesce(:tenantId, tenant_id)`,
  );

  return {
    append: (event) => database.write(() => append.run(toRow(event)) > 0),
    appendAll: (events) => database.write(() => events.map((event) => append.run(toRow(event)) > 0)),
    list: ({ tenantId, accountId, reference, limit }) =>
      database
        .act(() => {
          if (reference !== undefined)
            return byReference.all({
              reference,
              accountId: accountId ?? null,
              tenantId: tenantId ?? null,
              limit,
            });
          if (accountId !== undefined && tenantId !== undefined)
            return byBoth.all({ accountId, tenantId, limit });
          if (accountId !== undefined) return byAccount.all({ accountId, limit });
          return tenantId === undefined ? all.all({ limit }) : byTenant.all({ tenantId, limit });
        })
        .then((rows) => rows.map(toEvent)),
  };
}
