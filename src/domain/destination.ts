/** Exactly one address or number, checked before anything connects to a server. */

/**
 * A mailbox without quotes, comments, routes, lists and controls. People's addresses contain none of them, and software on
 * the way has read each as a second recipient or as a header. RFC 5321, 4.1.2, allows more.
 */
const MAILBOX = /^[^\s@,;:<>()[\]"\\\p{C}]+@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]*[\p{L}\p{M}\p{N}])?$/u;
/** Bytes: RFC 5321, 4.5.3.1.3, with erratum 1690. */
const LONGEST_MAILBOX = 254;
/** ITU-T E.164, 6: at most fifteen digits, and no country code begins with a zero. */
const NUMBER = /^\+[1-9]\d{6,14}$/;

export function isMailbox(to: string): boolean {
  return MAILBOX.test(to) && Buffer.byteLength(to) <= LONGEST_MAILBOX;
}

export function isPhoneNumber(to: string): boolean {
  return NUMBER.test(to);
}
