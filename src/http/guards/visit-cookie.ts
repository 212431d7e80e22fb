/** Keeps the ticket of a link in a mail in the browser that has used the link, until the sign-in after it. */
import type { Context } from 'koa';
import { TICKET_LIFETIME_MS } from '../../use-cases/sign-in/visit-tickets.ts';

export function createVisitCookie({ isHttps }: { readonly isHttps: boolean }) {
  const name = isHttps ? '__Host-visit' : 'visit';

  /** The ticket is encrypted, so the cookie needs no signature. */
  function give(ctx: Context, ticket: string): void {
    ctx.cookies.set(name, ticket, {
      signed: false,
      httpOnly: true,
      sameSite: 'lax',
      secure: isHttps,
      maxAge: TICKET_LIFETIME_MS,
    });
  }

  function read(ctx: Context): string | null {
    return ctx.cookies.get(name) || null;
  }

  return { give, read };
}

export type VisitCookie = ReturnType<typeof createVisitCookie>;
