/** Keeps what happened: each line of the audit trail gets an id and a time, and less of an address than it came with. */

import type { AuditEvent } from '../../domain/audit-event.ts';
import { truncatedAddress } from '../../domain/sign-in/attempts.ts';
import type { AuditStore } from '../../ports/stores.ts';
import type { Clock, Random, Trail } from '../../ports/system.ts';

interface Needs {
  readonly audit: Pick<AuditStore, 'append'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

const BLANK = { accountId: null, tenantId: null, clientId: null, method: null, reason: null, address: null };

/** `noted` is told of each line once it is kept. */
export function createTrail(
  { audit, clock, random }: Needs,
  noted: (event: AuditEvent) => void = () => {},
): Trail {
  return async (entry) => {
    const address = entry.address ? truncatedAddress(entry.address) : null;
    const at = clock.now();
    const event = { ...BLANK, ...entry, address, id: `${inOrder(at)}${random.id()}`, at };
    await audit.append(event);
    noted(event);
  };
}

/** In front of an id, as in a UUID of version 7 (RFC 9562, 5.7): new lines then stand side by side in every index. */
function inOrder(at: number): string {
  return at.toString(16).padStart(12, '0');
}
