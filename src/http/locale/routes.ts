/** The language switch at the foot of every page. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { isLocale } from '../../presentation/locale.ts';
import { BadForm, readForm } from '../guards/forms.ts';
import { createLocaleKeeper } from '../guards/locale-cookie.ts';
import { ownPath } from '../guards/return-path.ts';
import type { TypedFields } from '../guards/typed-fields.ts';
import { OWN_SITE, type Site } from '../pages/site.ts';

export interface LocaleRoutesOptions {
  /** Whether the issuer uses https. The cookie is then sent over TLS only. */
  readonly https: boolean;
  readonly site?: Site;
  /** Keeps what was typed into the form that the button belongs to. */
  readonly typedFields: Pick<TypedFields, 'keep'>;
  /** Keeps the choice for the account too. Absent: a host keeps the accounts. */
  readonly keepForAccount?: ((ctx: Context, locale: Locale) => Promise<void>) | undefined;
}

export function createLocaleRoutes({
  https,
  site = OWN_SITE,
  typedFields,
  keepForAccount,
}: LocaleRoutesOptions): Router {
  const router = new Router({ prefix: site.root });
  const keepLocale = createLocaleKeeper({ https, site });

  router.post('/locale', chooseLocale);

  async function chooseLocale(ctx: Context): Promise<void> {
    // A form of its own may have a field of this name. The button comes after it.
    const { locale, return_to: returnTo, ...fields } = await readForm(ctx, 'locale', 'methods');
    if (!isLocale(locale)) throw new BadForm(400, 'no page of ours speaks that language');
    keepLocale(ctx, locale);
    await keepForAccount?.(ctx, locale);
    const path = ownPath(returnTo);
    // Every form with fields has a token, also one in which nothing is ticked.
    if (path !== null && '_token' in fields) typedFields.keep(ctx, path, fields);
    ctx.redirect(path ?? '/');
    ctx.status = 303;
  }

  return router;
}
