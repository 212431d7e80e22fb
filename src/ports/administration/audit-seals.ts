/**
 * The storage interface of seals. A seal is an insert under its number, so that of two instances that seal at once one
 * wins. A line names the seal that lists it. No act delays a writer of lines.
 */
import type { StoredSeal } from '../../domain/audit/seal.ts';
import type { Tally } from '../../domain/audit/tally.ts';
import type { AuditEvent } from '../../domain/events.ts';

/** A line, and the number of the seal that it names. Null: it is not sealed yet. */
export interface MarkedLine {
  readonly line: AuditEvent;
  readonly seal: number | null;
}

export interface AuditSealStore {
  last(): Promise<StoredSeal | null>;
  /** In the order of their numbers, from the one after `after`, at most `limit`. */
  page(after: number, limit: number): Promise<StoredSeal[]>;
  /** False when a seal with this number exists; it stays as it is. */
  insert(seal: StoredSeal): Promise<boolean>;
  /** Lets each listed line name the seal, unless it names one, and stores the tallies. A repeated call changes nothing. */
  complete(seal: StoredSeal): Promise<void>;
  /** Lines that name no seal, of this time or before, oldest first, at most `limit`. */
  unsealed(untilMs: number, limit: number): Promise<AuditEvent[]>;
  /** Lines that name this seal, in the order of their ids, from the one after `after`, at most `limit`. */
  marked(seal: number, after: string, limit: number): Promise<AuditEvent[]>;
  /** Null when there is none. */
  find(id: string): Promise<MarkedLine | null>;
  /** A line that names a later seal than this one. */
  findBeyond(seal: number): Promise<MarkedLine | null>;
  /** Removes the lists of the seals whose last line is of this time or before. The seals stay. */
  dropLists(untilMs: number): Promise<void>;
  /** Those of a tenant from this time on, in the order of their times. */
  talliesSince(tenantId: string, fromMs: number): Promise<Tally[]>;
}
