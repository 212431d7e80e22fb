/** Reads the language that a request asks for. */
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { type LocaleWishes, localeFor } from '../../presentation/locale.ts';

/** `cookie`: the name of the cookie that keeps the person's choice in this browser. */
export function localeOf(
  ctx: Context,
  cookie: string,
  { uiLocales, chosen, tenant }: Pick<LocaleWishes, 'uiLocales' | 'chosen' | 'tenant'>,
): Locale {
  return localeFor({
    kept: ctx.cookies.get(cookie, { signed: false }),
    uiLocales,
    chosen,
    tenant,
    accepts: (offered) => ctx.acceptsLanguages([...offered]),
  });
}
