/** The texts, numbers and dates of every language. */
import type { Locale } from '../domain/account.ts';
import type { Clock } from '../ports/system.ts';
import { type Dates, datesIn, NO_TIME_ZONE } from './dates.ts';
import { loadTranslations, type Translate } from './locale.ts';

export interface Language {
  readonly t: Translate;
  readonly dates: Dates;
}

/** The language of a page or message. Its dates are in the tenant's time zone, or in UTC without a tenant. */
export type Speak = (locale: Locale, tenant: { readonly timeZone: string } | null) => Language;

/** Kept for each language and time zone, because creating Intl formatters costs more than the rest of a page. */
export function loadLanguages(clock: Clock): Speak {
  const translations = loadTranslations();
  const created = { en: translations('en'), nl: translations('nl') };
  const known = new Map<string, Language>();
  return (locale, tenant) => {
    const timeZone = tenant?.timeZone ?? NO_TIME_ZONE;
    const key = `${locale} ${timeZone}`;
    const t = created[locale];
    const language = known.get(key) ?? { t, dates: datesIn(locale, timeZone, t, () => clock.now()) };
    known.set(key, language);
    return language;
  };
}
