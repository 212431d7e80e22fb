/** A sender of a host's own, of which nobody knows what it rejects with. */
import type { Log } from '../ports/log.ts';
import { DeliveryFailed, type MessageSender } from '../ports/senders.ts';

/** Whatever a sender of the host's rejects with: the message was not taken, and the person is told that on the page. */
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
