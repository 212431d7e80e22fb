/** The language switch at the foot of every page. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { isLocale } from '../../presentation/locale.ts';
import { BadForm, readForm } from '../guards/forms.ts';
import { createLocaleKeeper } from '../guards/locale-cookie.ts';
import { ownPath } from '../guards/return-path.ts';
import { OWN_SITE, type Site } from '../pages/site.ts';

export interface LocaleRoutesOptions {
  /** Whether the issuer uses https. The cookie is then sent over TLS only. */
  readonly https: boolean;
  readonly site?: Site;
  /** Keeps the choice for the account too. Absent: a host keeps the accounts. */
  readonly keepForAccount?: ((ctx: Context, locale: Locale) => Promise<void>) | undefined;
}

export function createLocaleRoutes({ https, site = OWN_SITE, keepForAccount }: LocaleRoutesOptions): Router {
  const router = new Router({ prefix: site.root });
  const keepLocale = createLocaleKeeper({ https, site });

  router.post('/locale', chooseLocale);

  async function chooseLocale(ctx: Context): Promise<void> {
    const { locale, return_to: returnTo } = await readForm(ctx);
    if (!isLocale(locale)) throw new BadForm(400, 'no page of ours speaks that language');
    keepLocale(ctx, locale);
    await keepForAccount?.(ctx, locale);
    ctx.redirect(ownPath(returnTo) ?? '/');
    ctx.status = 303;
  }

  return router;
}
