/** Refuses a text message whose destination is not one number, before anything connects to a gateway. */
import { isPhoneNumber } from '../../domain/destination.ts';
import { DeliveryFailed, type Message } from '../../ports/senders.ts';

/** Throws `DeliveryFailed`, which does not repeat the destination. */
export function oneNumber({ channel, to }: Message): string {
  if (channel !== 'sms' || !isPhoneNumber(to))
    throw new DeliveryFailed('the destination is not one telephone number');
  return to;
}
