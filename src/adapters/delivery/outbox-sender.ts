/** The transport of development: it keeps messages in the outbox and sends none. */
import type { MessageSender } from '../../ports/senders.ts';
import type { OutboxStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

export interface OutboxSenderOptions {
  readonly outbox: Pick<OutboxStore, 'append'>;
  readonly clock: Clock;
}

export function createOutboxSender({ outbox, clock }: OutboxSenderOptions): MessageSender {
  return { send: (message) => outbox.append(message, clock.now(), message.onceId) };
}
