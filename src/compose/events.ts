/** Composes the event log of our own server: the list of its subscribers. */
import { systemRequests } from '../adapters/system/requests.ts';
import { hasTypedReason } from '../domain/administration/person-events.ts';
import type { AuditEvent } from '../domain/events.ts';
import { createNoticeSubscriber } from '../messages/notices.ts';
import type { EventLog, EventSubscriber } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';
import type { Notify } from '../ports/senders.ts';
import type { Metrics } from '../ports/telemetry/metrics.ts';
import { createEventLog } from '../use-cases/events/event-log.ts';
import type { Parts } from './parts.ts';

/** `notify` null: the owner of an account is not told. */
export function eventLogOf(
  {
    stores,
    clock,
    random,
    metrics,
    logger,
  }: Pick<Parts, 'stores' | 'clock' | 'random' | 'metrics' | 'logger'>,
  notify: Notify | null,
): EventLog {
  return createEventLog({
    audit: stores.audit,
    // A reaction to events is one more line here.
    subscribers: [
      countIn(metrics),
      writeTo(logger.info),
      ...(notify === null ? [] : [createNoticeSubscriber(notify)]),
    ],
    clock,
    random,
    request: systemRequests.current,
    log: logger.error,
  });
}

function countIn(metrics: Metrics): EventSubscriber {
  return (_event, line) => metrics.event(withoutTypedReason(line));
}

function writeTo(log: Log): EventSubscriber {
  return (_event, told) => {
    const line = withoutTypedReason(told);
    log({
      event: line.event,
      account_id: line.accountId ?? undefined,
      tenant: line.tenantId ?? undefined,
      client: line.clientId ?? undefined,
      method: line.method ?? undefined,
      reason: line.reason ?? undefined,
      ip: line.ip ?? undefined,
    });
  };
}

function withoutTypedReason(line: AuditEvent): AuditEvent {
  return hasTypedReason(line.event) ? { ...line, reason: null } : line;
}
