/** The transport of development: messages are kept in the outbox, to be read there instead of being sent. */
import type { MessageSender } from '../../ports/senders.ts';
import type { OutboxStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

export interface OutboxSenderOptions {
  readonly outbox: Pick<OutboxStore, 'append'>;
  readonly clock: Clock;
}

export function createOutboxSender({ outbox, clock }: OutboxSenderOptions): MessageSender {
  return { send: (message) => outbox.append(message, clock.now()) };
}
