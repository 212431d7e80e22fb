/** Keeps the ticket of a link in a mail in the browser that has used the link, until the sign-in after it. */
import type { Context } from 'koa';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import { TICKET_LIFETIME_MS } from '../../use-cases/sign-in/visit-tickets.ts';

export function createVisitCookie({ isHttps: isSecure }: { readonly isHttps: boolean }) {
  const name = hostName('visit', { isSecure });

  /** The ticket is encrypted, so the cookie needs no signature. */
  function give(ctx: Context, ticket: string): void {
    setOwnCookie(ctx, name, ticket, { isSecure, maxAge: TICKET_LIFETIME_MS });
  }

  function read(ctx: Context): string | null {
    return ctx.cookies.get(name, { signed: false }) || null;
  }

  return { give, read };
}

export type VisitCookie = ReturnType<typeof createVisitCookie>;
