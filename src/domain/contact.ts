/** Addresses and telephone numbers: read, compared, and shown to who may not see them whole. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** As long for every address, so that the mask tells nothing of its length. */
const HIDDEN = '••••••';

/** `b••••••@e••••••`: fixed in length, with as much as its owner needs to tell two of them apart. */
export function maskedEmail(email: string): string {
  const atMs = email.lastIndexOf('@');
  return `${email.slice(0, 1)}${HIDDEN}@${email.slice(atMs + 1, atMs + 2)}${HIDDEN}`;
}

/** `••••••78`: the last two digits. */
export function maskedPhone(phone: string): string {
  return `${HIDDEN}${phone.slice(-2)}`;
}

/** E.164 of a number with its country, as people write it; null when nobody could have it. */
export function phoneOf(typed: string): string | null {
  const number = parsePhoneNumberFromString(typed.trim().slice(0, 40));
  return number?.isValid() && !number.ext ? number.number : null;
}

/** The beginning of a number in E.164, up to all of it. */
export const NUMBER_PREFIX = /^\+[1-9]\d{0,14}$/;

/** Whether anything is sent to a number (E.164): only where it begins as one of these does; null: anywhere. */
export function isServed(phone: string, prefixes: readonly string[] | null): boolean {
  return prefixes === null || prefixes.some((prefix) => phone.startsWith(prefix));
}

/** The thousand numbers that this one is among: who pumps messages walks through them in turn. */
export function numberBlock(phone: string): string {
  return phone.slice(0, -3);
}
