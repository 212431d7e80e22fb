/** Parses, compares and masks e-mail addresses and telephone numbers. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Equal for every address, so that the mask does not reveal the length. */
const HIDDEN = '••••••';

/** `b••••••@e••••••`: fixed in length, and enough for its owner to tell two addresses apart. */
export function maskedEmail(email: string): string {
  const atMs = email.lastIndexOf('@');
  return `${email.slice(0, 1)}${HIDDEN}@${email.slice(atMs + 1, atMs + 2)}${HIDDEN}`;
}

/** `••••••78`: the last two digits. */
export function maskedPhone(phone: string): string {
  return `${HIDDEN}${phone.slice(-2)}`;
}

/** A number with its country code, in E.164. Null for an impossible number. */
export function phoneOf(typed: string): string | null {
  const number = parsePhoneNumberFromString(typed.trim().slice(0, 40));
  return number?.isValid() && !number.ext ? number.number : null;
}

/** A prefix of a number in E.164, or the whole number. */
export const NUMBER_PREFIX = /^\+[1-9]\d{0,14}$/;

/** Whether messages are sent to a number (E.164): one of the prefixes must match. Null allows every number. */
export function isServed(phone: string, prefixes: readonly string[] | null): boolean {
  return prefixes === null || prefixes.some((prefix) => phone.startsWith(prefix));
}

/** The block of a thousand numbers around this one. Toll fraud uses the numbers of a block in turn. */
export function numberBlock(phone: string): string {
  return phone.slice(0, -3);
}
