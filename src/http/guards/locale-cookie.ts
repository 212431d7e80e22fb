/** Keeps the language that a person chose for the pages of this browser. */
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { setOwnCookie } from '../../oidc/session/own-cookie.ts';
import { OWN_SITE, type Site } from '../pages/site.ts';

interface LocaleKeeperDeps {
  /** Whether the issuer uses https. The cookie is then sent over TLS only. */
  readonly https: boolean;
  readonly site?: Site;
}

/** Milliseconds: one year. */
const COOKIE_LIFETIME = 365 * 24 * 60 * 60 * 1000;

/** Null forgets the choice: the account and the browser decide again. */
export function createLocaleKeeper({ https, site = OWN_SITE }: LocaleKeeperDeps) {
  return (ctx: Context, locale: Locale | null): void => {
    setOwnCookie(ctx, site.localeCookie({ secure: https }), locale, {
      isSecure: https,
      ...(locale !== null && { maxAge: COOKIE_LIFETIME }),
    });
  };
}
