/** Reads the audit trail of a database that no store has open: one that is about to be replaced, or that a drill compares. */
import type { DatabaseSync } from 'node:sqlite';
import type { AuditLine } from '../../../domain/audit/lost-changes.ts';

/** Lines since a moment, the oldest first, without those of `quiet` events. Null when they cannot be read. */
export function auditLinesSince(
  db: DatabaseSync,
  since: number,
  quiet: readonly string[],
): AuditLine[] | null {
  try {
    const rows = db
      .prepare(
        `SELECT audit.at, audit.event, audit.account_id, audit.tenant_id, audit.method, accounts.email
          FROM audit LEFT JOIN accounts ON accounts.id = audit.account_id
          WHERE audit.at >= ? AND audit.event NOT IN (SELECT value FROM json_each(?))
          ORDER BY audit.at, audit.rowid`,
      )
      .all(since, JSON.stringify(quiet));
    return rows.map((row) => ({
      atMs: Number(row.at),
      event: String(row.event),
      accountId: textOf(row.account_id),
      tenantId: textOf(row.tenant_id),
      email: textOf(row.email),
      method: textOf(row.method),
    }));
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
