/** The texts, numbers and dates of every language. */
import type { Locale } from '../domain/account.ts';
import type { Clock } from '../ports/system.ts';
import { type Dates, datesIn } from './dates.ts';
import { loadTranslations, type Translate } from './locale.ts';

export interface Language {
  readonly t: Translate;
  readonly dates: Dates;
}

/** Created once, because creating Intl formatters costs more than the rest of a page. */
export function loadLanguages(clock: Clock): Readonly<Record<Locale, Language>> {
  const translations = loadTranslations();
  const of = (locale: Locale): Language => {
    const t = translations(locale);
    return { t, dates: datesIn(locale, t, () => clock.now()) };
  };
  return { en: of('en'), nl: of('nl') };
}
