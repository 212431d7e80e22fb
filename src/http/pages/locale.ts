/** Reads the language that a request asks for. */
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { type LocaleWishes, localeFor } from '../../presentation/locale.ts';
import { OWN_SITE, type Site } from './site.ts';

/** The language of a page that answers this request. */
export type PageLocale = (
  ctx: Context,
  wishes: Pick<LocaleWishes, 'uiLocales' | 'chosen' | 'tenant'>,
) => Locale;

/** `localeCookie`: the name of the cookie that keeps the person's choice in this browser. */
export function pageLocaleAt({ localeCookie }: Site): PageLocale {
  return (ctx, { uiLocales, chosen, tenant }) =>
    localeFor({
      kept: ctx.cookies.get(localeCookie(ctx), { signed: false }),
      uiLocales,
      chosen,
      tenant,
      accepts: (offered) => ctx.acceptsLanguages([...offered]),
    });
}

/** The language of the pages of our own server. */
export const ownPageLocale = pageLocaleAt(OWN_SITE);
