/** The name of a place in the language of its reader: the city, and the country. */
import type { Locale } from '../domain/account.ts';
import type { Place } from '../domain/self-service/origin.ts';

const COUNTRIES: Readonly<Record<Locale, Intl.DisplayNames>> = {
  en: new Intl.DisplayNames('en-GB', { type: 'region', fallback: 'none' }),
  nl: new Intl.DisplayNames('nl-NL', { type: 'region', fallback: 'none' }),
};

const COUNTRY_CODE = /^[A-Z]{2}$/;

/** `Utrecht, Netherlands`. Null when nothing of it is known. */
export function placeName(place: Place | null, lang: Locale): string | null {
  const { city = null, country = null } = place ?? {};
  const land = country !== null && COUNTRY_CODE.test(country) ? COUNTRIES[lang].of(country) : undefined;
  const names = [city, land].filter(Boolean);
  return names.length > 0 ? names.join(', ') : null;
}
