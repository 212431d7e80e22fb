/** Events of a request that wait for its next event, so that the audit log stores all of them in one act. */
import type { DomainEvent } from '../../domain/events.ts';
import type { EventLog } from '../../ports/events.ts';

export interface PendingEvents {
  /** Lets one more event wait. */
  add(event: DomainEvent): void;
  /** Stores those that wait, and then these. Each event is stored once, however often this is called. */
  append(...events: readonly DomainEvent[]): Promise<void>;
}

export function createPendingEvents(
  events: Pick<EventLog, 'append'>,
  waiting: readonly DomainEvent[],
): PendingEvents {
  let left = waiting;
  return {
    add(event) {
      left = [...left, event];
    },
    async append(...next) {
      const all = [...left, ...next];
      left = [];
      if (all.length > 0) await events.append(...all);
    },
  };
}
