/** The language of a page: who decides it, its words, and how it writes numbers and moments. */
import { readFileSync } from 'node:fs';
import { createInstance, type ResourceLanguage } from 'i18next';
import type { Context } from 'koa';
import { LOCALES, type Locale } from '../domain/account.ts';

/** Set by POST /locale; it outlives the session, so that the sign-in page speaks the same language next time. */
export function localeCookie({ secure }: { readonly secure: boolean }): string {
  return secure ? '__Host-locale' : 'locale';
}

export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export function isLocale(value: unknown): value is Locale {
  return LOCALES.includes(value as Locale);
}

export interface LocaleWishes {
  /** The name of the cookie that keeps the person's choice in this browser. */
  readonly cookie?: string;
  /** `ui_locales` of the request: language tags by preference, separated by spaces (OpenID Connect Core, 3.1.2.1). */
  readonly uiLocales: string | undefined;
  /** The account's own choice. */
  readonly chosen: Locale | null;
  readonly tenant: { readonly locale: Locale } | null;
}

/** The person's choice in this browser, the account's, the relying party's wish, the browser's, the tenant's. */
export function localeFor(ctx: Context, wishes: LocaleWishes): Locale {
  const { cookie = localeCookie(ctx), uiLocales, chosen, tenant } = wishes;
  const kept = ctx.cookies.get(cookie, { signed: false });
  if (isLocale(kept)) return kept;
  if (chosen !== null) return chosen;
  const wished = uiLocales?.split(' ').map((tag) => tag.split('-', 1)[0]?.toLowerCase());
  const asked = wished?.find(isLocale);
  if (asked !== undefined) return asked;
  // The tenant's language stands first, so that it also answers `*`, a tie and a missing header.
  const fallback = tenant?.locale ?? 'en';
  const accepted = ctx.acceptsLanguages([fallback, ...LOCALES.filter((locale) => locale !== fallback)]);
  return isLocale(accepted) ? accepted : fallback;
}

/** Where a value belongs, in i18next's notation, and the full stop after it: one is enough after "Acme Inc." */
const BLANK = /\{\{(\w+)\}\}(\.?)/g;

/** The words of every language, read once from `views/locales/`. */
export function loadTranslations(): (locale: Locale) => Translate {
  const read = (locale: Locale): ResourceLanguage =>
    JSON.parse(readFileSync(new URL(`../../views/locales/${locale}.json`, import.meta.url), 'utf8'));
  const i18n = createInstance();
  void i18n.init({
    initAsync: false,
    fallbackLng: false,
    supportedLngs: [...LOCALES],
    resources: Object.fromEntries(LOCALES.map((locale) => [locale, { translation: read(locale) }])),
    // The views escape all that they print, once.
    interpolation: { escapeValue: false },
  });
  return (locale) => {
    const t = i18n.getFixedT(locale);
    // The words of a key are the same every time, and finding them takes i18next longer than printing them.
    const known = new Map<string, string>();
    function wordsOf(key: string): string {
      const words = known.get(key) ?? t(key, { skipInterpolation: true });
      known.set(key, words);
      return words;
    }
    return (key, values) => {
      if (!values) return wordsOf(key);
      // Which words it is depends on the number, which has a form of its own in each language.
      if ('count' in values) return t(key, { ...values });
      return wordsOf(key).replace(BLANK, (_, name: string, stop: string) => {
        const value = String(values[name] ?? '');
        return value.endsWith('.') ? value : `${value}${stop}`;
      });
    };
  };
}
