/**
 * Remembers in a signed cookie, for the page after a sign-out, who has signed out of which application. The session that
 * tells it is gone by then.
 */
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import { readObject } from '../../domain/json.ts';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import { isLocale } from '../../presentation/locale.ts';

/** A sign-out as the page after it needs it: for a brand, a language and a way back. */
export interface SignOut {
  readonly clientId: string | null;
  readonly tenantId: string | null;
  readonly locale: Locale | null;
}

/** Milliseconds: enough for the question before the sign-out, and for a reload after it. */
const KEPT_MS = 10 * 60 * 1000;

export function createSignOutCookie({ isHttps: isSecure }: { readonly isHttps: boolean }) {
  const name = hostName('sign-out', { isSecure });

  function write(ctx: Context, signOut: SignOut): void {
    const value = Buffer.from(JSON.stringify(signOut)).toString('base64url');
    setOwnCookie(ctx, name, value, { isSecure, signed: true, maxAge: KEPT_MS });
  }

  function read(ctx: Context): SignOut {
    const value = ctx.cookies.get(name, { signed: true }) ?? '';
    const { clientId, tenantId, locale } = readObject(Buffer.from(value, 'base64url').toString()) ?? {};
    return {
      clientId: typeof clientId === 'string' ? clientId : null,
      tenantId: typeof tenantId === 'string' ? tenantId : null,
      locale: isLocale(locale) ? locale : null,
    };
  }

  return { write, read };
}

export type SignOutCookie = ReturnType<typeof createSignOutCookie>;
