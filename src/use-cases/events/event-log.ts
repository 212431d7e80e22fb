/** Stores events in the audit log, and then passes each of them to the subscribers. */
import { type AuditEvent, auditLineOf, type DomainEvent } from '../../domain/events.ts';
import { truncatedAddress } from '../../domain/sign-in/attempts.ts';
import type { EventLog, EventSubscriber } from '../../ports/events.ts';
import type { Log } from '../../ports/log.ts';
import type { OneRequest } from '../../ports/one-request.ts';
import type { Clock, Random } from '../../ports/system.ts';

interface EventLogDeps {
  /**
   * An audit store, or a host's own audit log or store, which may take one event at a time. False: the line was stored
   * before.
   */
  readonly audit: {
    append(line: AuditEvent, event: DomainEvent): Promise<unknown>;
    appendAll?(lines: readonly AuditEvent[]): Promise<readonly unknown[]>;
  };
  /** They are called in this order, and they finish in any order. */
  readonly subscribers: readonly EventSubscriber[];
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
  /** The request that an event belongs to: the line has its reference. Default: none. */
  readonly request?: () => Pick<OneRequest, 'reference'> | null;
  /** Receives the errors of subscribers. */
  readonly log: Log;
}

interface Fact {
  readonly event: DomainEvent;
  readonly line: AuditEvent;
}

export function createEventLog({ audit, subscribers, clock, random, request, log }: EventLogDeps): EventLog {
  /** A subscriber that fails does not undo the event. */
  async function pass(subscriber: EventSubscriber, event: DomainEvent, line: AuditEvent): Promise<void> {
    try {
      await subscriber(event, line);
    } catch (error) {
      log({ event: 'event.subscriber_failed', reason: event.name, error });
    }
  }

  function lineOf(event: DomainEvent): AuditEvent {
    const stored = auditLineOf(event);
    const ip = stored.ip ? truncatedAddress(stored.ip) : null;
    const atMs = clock.now();
    const { once } = event;
    const id = once ? `${inOrder(once.atMs)}${event.name}:${once.key}` : `${inOrder(atMs)}${random.id()}`;
    return { ...stored, ip, id, atMs, reference: request?.()?.reference ?? null };
  }

  /** Gives those that are passed on: those that were not stored before, and those that are told again. */
  async function store(facts: readonly Fact[]): Promise<readonly Fact[]> {
    if (facts.length > 1 && audit.appendAll) {
      const isNew = await audit.appendAll(facts.map(({ line }) => line));
      return facts.filter(({ event }, index) => isNew[index] !== false || event.once?.isRetold);
    }
    const passed: Fact[] = [];
    for (const fact of facts) {
      const isNew = await audit.append(fact.line, fact.event);
      if (isNew !== false || fact.event.once?.isRetold) passed.push(fact);
    }
    return passed;
  }

  return {
    async append(...events) {
      const facts = events.map((event) => ({ event, line: lineOf(event) }));
      const stored = await store(facts);
      const passed = stored.flatMap(({ event, line }) =>
        subscribers.map((subscriber) => pass(subscriber, event, line)),
      );
      await Promise.all(passed);
    },
  };
}

/** The beginning of an id, as in a UUID of version 7 (RFC 9562, 5.7): new lines are neighbours in every index. */
function inOrder(atMs: number): string {
  return atMs.toString(16).padStart(12, '0');
}
