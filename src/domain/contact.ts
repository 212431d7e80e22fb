/** Parses, compares and masks e-mail addresses and telephone numbers. */
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  type NumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { type Locale, shownEmail } from './account.ts';

/** Equal for every address, so that the mask does not reveal the length. */
const HIDDEN = '••••••';

/** UTF-16 units of the longest text that is read. A longer one is not cut: its beginning may be the number of somebody else. */
const LONGEST_TYPED = 40;

/** Direction marks come along with a number from a contact card. */
const FORMAT_CHARACTERS = /\p{Cf}/gu;
/** The plus sign precedes every digit, as in `(+31) 6` and `tel:+31`. */
const INTERNATIONAL = /^\P{Nd}*\+/u;

const CALLING_CODES: ReadonlySet<string> = new Set(
  getCountries().map((country) => getCountryCallingCode(country)),
);

/** A whole character: half of a pair would be shown as a box. */
function firstOf([first = '']: string): string {
  return first;
}

/** `b••••••@e••••••`: fixed in length, and enough for its owner to tell two addresses apart. */
export function maskedEmail(email: string): string {
  const shown = shownEmail(email);
  const at = shown.lastIndexOf('@') + 1;
  return `${firstOf(shown)}${HIDDEN}@${firstOf(shown.slice(at))}${HIDDEN}`;
}

/** `••••••78`: the last two digits. */
export function maskedPhone(phone: string): string {
  return `${HIDDEN}${phone.slice(-2)}`;
}

/** How a number without its country code is read: as one of this country, or as one of this calling code. */
export type Region = { readonly country: CountryCode } | { readonly callingCode: string };

/** The country that a language is spoken in, where that is one. English is spoken in too many. */
const COUNTRY_OF: Readonly<Record<Locale, CountryCode | null>> = { en: null, nl: 'NL' };

/** Kinds that cost the caller more than a call, or that belong to no person. */
const REFUSED_KINDS: ReadonlySet<string | undefined> = new Set([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
] satisfies NumberType[]);

/**
 * The regions of a person's number, the likeliest first: the tenant's country, and the country of the person's language,
 * `locale`. The calling code of the served numbers is the last, if they have one in common.
 */
export function regionsOf(
  { country }: { readonly country: string | null },
  locale: Locale,
  prefixes: readonly string[] | null,
): readonly Region[] {
  const countries = [country, COUNTRY_OF[locale]];
  const named = countries.flatMap((code) => (code && isSupportedCountry(code) ? [{ country: code }] : []));
  const [callingCode, ...more] = new Set((prefixes ?? []).map(callingCodeOf));
  return callingCode && more.length === 0 ? [...named, { callingCode }] : named;
}

/** Whether it is the ISO 3166-1 alpha-2 code of a country with telephone numbers of its own. */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/** The calling code at the beginning of a prefix. Null for one that is too short to tell. */
function callingCodeOf(prefix: string): string | null {
  // No calling code is the beginning of another one (ITU-T E.164, 6.1).
  const digits = prefix.slice(1);
  return [1, 2, 3].map((length) => digits.slice(0, length)).find((code) => CALLING_CODES.has(code)) ?? null;
}

/**
 * A number in E.164, of a kind that belongs to a person. `regions` are tried in turn when it was typed without its country
 * code. Null for an impossible number, and for one that costs more than a call.
 */
export function phoneOf(typed: string, regions: readonly Region[]): string | null {
  if (typed.trim().length > LONGEST_TYPED) return null;
  const text = typed.normalize('NFKC').replace(FORMAT_CHARACTERS, '').trim();
  const ways = INTERNATIONAL.test(text)
    ? [undefined]
    : [...regions, ...(text.startsWith('00') ? [undefined] : [])];
  for (const region of ways) {
    const number = region
      ? parsePhoneNumberFromString(text, defaultsOf(region))
      : // Most of the world dials 00 for the plus sign.
        parsePhoneNumberFromString(text.replace(/^00/, '+'));
    if (number?.isValid() && !number.ext) return REFUSED_KINDS.has(number.getType()) ? null : number.number;
  }
  return null;
}

function defaultsOf(region: Region) {
  return 'country' in region
    ? { defaultCountry: region.country }
    : { defaultCallingCode: region.callingCode };
}

/** With its country code and in groups, for the person who typed it. */
export function shownPhone(phone: string): string {
  return parsePhoneNumberFromString(phone)?.formatInternational() ?? phone;
}

/** A prefix of a number in E.164, or the whole number. */
export const NUMBER_PREFIX = /^\+[1-9]\d{0,14}$/;

/**
 * Whether messages are sent to a number (E.164): one of the prefixes must match, and its kind must belong to a person. Null
 * allows every country.
 */
export function isServed(phone: string, prefixes: readonly string[] | null): boolean {
  if (prefixes !== null && !prefixes.some((prefix) => phone.startsWith(prefix))) return false;
  return !REFUSED_KINDS.has(parsePhoneNumberFromString(phone)?.getType());
}

/** The block of a thousand numbers around this one. Toll fraud uses the numbers of a block in turn. */
export function numberBlock(phone: string): string {
  return phone.slice(0, -3);
}
