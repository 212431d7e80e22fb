/** Whom a message goes to: exactly one address or number, looked at before anything is connected to. */
import { DeliveryFailed, type Message } from '../../ports/senders.ts';

/**
 * One mailbox without quotes, comments, routes, lists and controls: none of them is in the addresses of people, and each
 * has been read as a second recipient or a header by something on the way (RFC 5321, 4.1.2, allows more).
 */
const MAILBOX = /^[^\s@,;:<>()[\]"\\\p{C}]+@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]*[\p{L}\p{M}\p{N}])?$/u;
/** Bytes: RFC 5321, 4.5.3.1.3, with erratum 1690. */
const LONGEST_MAILBOX = 254;
/** ITU-T E.164, 6: fifteen digits at most, and no country code begins with a zero. */
const NUMBER = /^\+[1-9]\d{6,14}$/;

/** Throws `DeliveryFailed`, which does not repeat what it was given. */
export function oneMailbox({ channel, to }: Message): string {
  if (channel !== 'email' || !MAILBOX.test(to) || Buffer.byteLength(to) > LONGEST_MAILBOX)
    throw new DeliveryFailed('the destination is not one mail address');
  return to;
}

/** Throws `DeliveryFailed`, which does not repeat what it was given. */
export function oneNumber({ channel, to }: Message): string {
  if (channel !== 'sms' || !NUMBER.test(to))
    throw new DeliveryFailed('the destination is not one telephone number');
  return to;
}
