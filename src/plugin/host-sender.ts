/** Wraps the sender of a host, which may reject with any error. */
import type { Log } from '../ports/log.ts';
import { DeliveryFailed, type MessageSender } from '../ports/senders.ts';

/** Turns every error of the sender into `DeliveryFailed`, so that the page reports that the message was not sent. */
export function hostSender(sender: MessageSender, log: Log): MessageSender {
  return {
    async send(message) {
      try {
        await sender.send(message);
      } catch (error) {
        if (error instanceof DeliveryFailed) throw error;
        log({ event: 'message.undelivered', reason: message.channel, error });
        throw new DeliveryFailed('the sender failed', { cause: error });
      }
    },
  };
}
