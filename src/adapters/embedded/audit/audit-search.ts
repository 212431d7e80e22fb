/** The statement of each combination of conditions on audit lines. It names its index, so that no plan depends on luck. */
import type { AuditFilter } from '../../../ports/stores.ts';

/** The index that finds the fewest lines: those of one request, one account, one actor, one event, one tenant. */
function indexFor({ reference, accountId, actor, event, tenantId }: AuditFilter): string {
  if (reference !== undefined) return 'audit_by_reference';
  if (accountId !== undefined) return 'audit_by_account';
  if (actor !== undefined) return 'audit_by_actor';
  if (tenantId === undefined) return 'audit_by_age';
  return event === undefined ? 'audit_by_tenant' : 'audit_by_event';
}

/** `:afterRow` is the number of the row of `after`; lines of one moment are in the order of their rows. */
export function auditSearch(filter: AuditFilter): string {
  const { tenantId, accountId, actor, event, reference, since, until, after } = filter;
  const conditions = [
    ...(tenantId === undefined ? [] : ['tenant_id = :tenantId']),
    ...(accountId === undefined ? [] : ['account_id = :accountId']),
    ...(actor === undefined ? [] : ['actor = :actor']),
    ...(event === undefined ? [] : ['event = :event']),
    ...(reference === undefined ? [] : ['reference = :reference']),
    ...(since === undefined ? [] : ['at >= :since']),
    ...(until === undefined ? [] : ['at < :until']),
    ...(after ? ['(at, rowid) < (:afterAt, :afterRow)'] : []),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `SELECT * FROM audit INDEXED BY ${indexFor(filter)} ${where} ORDER BY at DESC, rowid DESC LIMIT :limit`;
}
