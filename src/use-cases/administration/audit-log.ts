/** Writes the audit log. Each event gets an id and a time, and its IP address is truncated. */

import type { AuditEvent } from '../../domain/audit-event.ts';
import { truncatedAddress } from '../../domain/sign-in/attempts.ts';
import type { AuditStore } from '../../ports/stores.ts';
import type { AuditLog, Clock, Random } from '../../ports/system.ts';

interface AuditLogDeps {
  readonly audit: Pick<AuditStore, 'append'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

const BLANK = { accountId: null, tenantId: null, clientId: null, method: null, reason: null, ip: null };

/** `noted` receives each event after it is stored. */
export function createAuditLog(
  { audit, clock, random }: AuditLogDeps,
  noted: (event: AuditEvent) => void = () => {},
): AuditLog {
  return async (entry) => {
    const ip = entry.ip ? truncatedAddress(entry.ip) : null;
    const atMs = clock.now();
    const event = { ...BLANK, ...entry, ip, id: `${inOrder(atMs)}${random.id()}`, atMs };
    await audit.append(event);
    noted(event);
  };
}

/**
 * The time in front of an id, as in a UUID of version 7 (RFC 9562, 5.7), keeps new events together in every index.
 */
function inOrder(atMs: number): string {
  return atMs.toString(16).padStart(12, '0');
}
