/** The interface through which use cases say what happened. */
import type { AuditEvent, DomainEvent } from '../domain/events.ts';

export interface EventLog {
  /**
   * Resolves when the events are stored in the audit log, in this order and in one act, and every subscriber has finished.
   * Rejects when they are not stored. An event with `once` that is stored already is not stored again, and is passed on again
   * only with `isRetold`.
   */
  append(...events: readonly DomainEvent[]): Promise<void>;
}

/** Is called after each event is stored. `line` is what the audit log has stored of it. */
export type EventSubscriber = (event: DomainEvent, line: AuditEvent) => void | Promise<void>;
