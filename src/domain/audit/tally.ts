/** Counts of sign-ins and attempts by tenant and quarter of an hour, which sealing takes from the lines that it reads. */
import type { AuditEvent, AuditEventName } from '../events.ts';

export interface Tally {
  readonly tenantId: string;
  /** The beginning of the quarter of an hour, in milliseconds since the epoch. Days of every time zone begin with one. */
  readonly fromMs: number;
  readonly event: string;
  /** Empty for an event without a method. */
  readonly method: string;
  readonly count: number;
}

const QUARTER_MS = 15 * 60_000;

const COUNTED: ReadonlySet<AuditEventName> = new Set([
  'sign_in.completed',
  'sign_in.refused',
  'sign_in.password_accepted',
  'sign_in.password_refused',
  'sign_in.passkey_accepted',
  'sign_in.passkey_refused',
  'second_factor.accepted',
  'second_factor.refused',
]);

/** In an order of their own, so that the same lines give the same tallies. */
export function talliesOf(lines: readonly AuditEvent[]): Tally[] {
  const counts = new Map<string, Tally>();
  for (const { tenantId, atMs, event, method: named } of lines) {
    if (tenantId === null || !COUNTED.has(event)) continue;
    const fromMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS;
    const method = named ?? '';
    const key = JSON.stringify([tenantId, fromMs, event, method]);
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { tenantId, fromMs, event, method, count });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally);
}
