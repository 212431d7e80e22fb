/** Chooses the language of a page and translates its words. */
import { readFileSync } from 'node:fs';
import { createInstance, type ResourceLanguage } from 'i18next';
import { LOCALES, type Locale } from '../domain/account.ts';

export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export function isLocale(value: unknown): value is Locale {
  return LOCALES.includes(value as Locale);
}

export interface LocaleWishes {
  /** The language that the person chose in this browser, as the browser keeps it. */
  readonly kept: string | undefined;
  /** `ui_locales` of the request: language tags by preference, separated by spaces (OpenID Connect Core, 3.1.2.1). */
  readonly uiLocales: string | undefined;
  /** The account's own choice. */
  readonly chosen: Locale | null;
  readonly tenant: { readonly locale: Locale } | null;
  /** The browser's choice among these languages. The first one answers `*`, a tie and a missing header. */
  readonly accepts: (offered: readonly Locale[]) => unknown;
}

/** In order: the choice in this browser, the account's, the relying party's, the browser's, the tenant's. */
export function localeFor({ kept, uiLocales, chosen, tenant, accepts }: LocaleWishes): Locale {
  if (isLocale(kept)) return kept;
  if (chosen !== null) return chosen;
  const wished = uiLocales?.split(' ').map((tag) => tag.split('-', 1)[0]?.toLowerCase());
  const asked = wished?.find(isLocale);
  if (asked !== undefined) return asked;
  const fallback = tenant?.locale ?? 'en';
  const accepted = accepts([fallback, ...LOCALES.filter((locale) => locale !== fallback)]);
  return isLocale(accepted) ? accepted : fallback;
}

/** A placeholder in i18next's notation and the full stop after it, which is dropped after a value like "Acme Inc.". */
const BLANK = /\{\{(\w+)\}\}(\.?)/g;

/** Reads the words of every language from `views/locales/`. */
export function loadTranslations(): (locale: Locale) => Translate {
  const read = (locale: Locale): ResourceLanguage =>
    JSON.parse(readFileSync(new URL(`../../views/locales/${locale}.json`, import.meta.url), 'utf8'));
  const i18n = createInstance();
  void i18n.init({
    initAsync: false,
    fallbackLng: false,
    supportedLngs: [...LOCALES],
    resources: Object.fromEntries(LOCALES.map((locale) => [locale, { translation: read(locale) }])),
    // The views escape everything that they print.
    interpolation: { escapeValue: false },
  });
  return (locale) => {
    const t = i18n.getFixedT(locale);
    // Memoised, because the lookup in i18next takes longer than the interpolation.
    const known = new Map<string, string>();
    function wordsOf(key: string): string {
      const words = known.get(key) ?? t(key, { skipInterpolation: true });
      known.set(key, words);
      return words;
    }
    return (key, values) => {
      if (!values) return wordsOf(key);
      // i18next chooses the plural form.
      if ('count' in values) return t(key, { ...values });
      return wordsOf(key).replace(BLANK, (_, name: string, stop: string) => {
        const value = String(values[name] ?? '');
        return value.endsWith('.') ? value : `${value}${stop}`;
      });
    };
  };
}
