/** The interface through which use cases say what happened. */
import type { AuditEvent, DomainEvent } from '../domain/events.ts';

export interface EventLog {
  /**
   * Resolves when the event is stored in the audit log and every subscriber has finished. Rejects when it is not stored.
   * An event with `once` that is stored already is neither stored nor passed on again.
   */
  append(event: DomainEvent): Promise<void>;
}

/** Is called after each event is stored. `line` is what the audit log has stored of it. */
export type EventSubscriber = (event: DomainEvent, line: AuditEvent) => void | Promise<void>;
