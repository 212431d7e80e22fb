/** One sender for both channels. It logs each undelivered message without its recipient. */
import type { Log } from '../../ports/log.ts';
import { DeliveryFailed, type MessageSender } from '../../ports/senders.ts';

export interface RoutingSenderOptions {
  /** Null: nothing goes out by this channel. */
  readonly email: MessageSender | null;
  readonly sms: MessageSender | null;
  readonly log: Log;
}

export function createRoutingSender({ log, ...senders }: RoutingSenderOptions): MessageSender {
  return {
    async send(message) {
      try {
        const sender = senders[message.channel];
        if (sender === null) throw new DeliveryFailed('the channel has no transport');
        await sender.send(message);
      } catch (error) {
        const event = message.channel === 'email' ? 'mail.undelivered' : 'sms.undelivered';
        if (error instanceof DeliveryFailed)
          log({ event, reason: error.message, ...(error.cause !== undefined && { error: error.cause }) });
        else log({ event, error });
        throw error;
      }
    },
  };
}
