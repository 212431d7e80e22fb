/** A line of the audit trail as lists and files give it out, under the names of the server's log. */
import type { AuditEvent } from '../events.ts';

export type ExportedLine = ReturnType<typeof exportedLine>;

/** `email`: the address of the account, or null. */
export function exportedLine(line: AuditEvent, email: string | null) {
  const { id, atMs, event, accountId, tenantId, clientId, method, reason, ip, actor, reference } = line;
  const about = { account_id: accountId, email, tenant: tenantId, client: clientId };
  const time = new Date(atMs).toISOString();
  return { id, time, event, ...about, method, actor, reason, ip, reference };
}
