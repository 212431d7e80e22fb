/** Stores each event in the audit log, and then passes it to the subscribers. */
import { type AuditEvent, auditLineOf, type DomainEvent } from '../../domain/events.ts';
import { truncatedAddress } from '../../domain/sign-in/attempts.ts';
import type { EventLog, EventSubscriber } from '../../ports/events.ts';
import type { Log } from '../../ports/log.ts';
import type { Clock, Random } from '../../ports/system.ts';

interface EventLogDeps {
  /** An audit store, or a host's own audit log. False: the line was stored before. */
  readonly audit: { append(line: AuditEvent, event: DomainEvent): Promise<unknown> };
  /** They are called in this order, and they finish in any order. */
  readonly subscribers: readonly EventSubscriber[];
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
  /** Receives the errors of subscribers. */
  readonly log: Log;
}

export function createEventLog({ audit, subscribers, clock, random, log }: EventLogDeps): EventLog {
  /** A subscriber that fails does not undo the event. */
  async function pass(subscriber: EventSubscriber, event: DomainEvent, line: AuditEvent): Promise<void> {
    try {
      await subscriber(event, line);
    } catch (error) {
      log({ event: 'event.subscriber_failed', reason: event.name, error });
    }
  }

  return {
    async append(event) {
      const stored = auditLineOf(event);
      const ip = stored.ip ? truncatedAddress(stored.ip) : null;
      const atMs = clock.now();
      const { once } = event;
      const id = once ? `${inOrder(once.atMs)}${event.name}:${once.key}` : `${inOrder(atMs)}${random.id()}`;
      const line = { ...stored, ip, id, atMs };
      const isNew = await audit.append(line, event);
      if (isNew === false) return;
      await Promise.all(subscribers.map((subscriber) => pass(subscriber, event, line)));
    },
  };
}

/** The beginning of an id, as in a UUID of version 7 (RFC 9562, 5.7): new lines are neighbours in every index. */
function inOrder(atMs: number): string {
  return atMs.toString(16).padStart(12, '0');
}
