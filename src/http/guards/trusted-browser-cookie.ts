/** The cookie by which a trusted browser is known again. */
import type { Context } from 'koa';

/** Longer than all that one can hold. */
const LONGEST = 300;

export interface TrustedBrowserCookie {
  /** What the browser has kept; null: nothing that could be ours. */
  read(ctx: Context): string | null;
  /** Kept until `expiresAt`, in milliseconds since the epoch. */
  write(ctx: Context, kept: string, expiresAt: number): void;
}

/** `name` without the prefix that it gets where browsers come over TLS. */
export function createTrustedBrowserCookie(name: string): TrustedBrowserCookie {
  const nameIn = ({ secure }: Context) => (secure ? `__Host-${name}` : name);
  return {
    read(ctx) {
      // Not signed: it is looked up by its digest, and nobody guesses 256 bits.
      const kept = ctx.cookies.get(nameIn(ctx), { signed: false });
      return kept && kept.length <= LONGEST ? kept : null;
    },
    write(ctx, kept, expiresAt) {
      ctx.cookies.set(nameIn(ctx), kept, {
        signed: false,
        httpOnly: true,
        sameSite: 'lax',
        secure: ctx.secure,
        path: '/',
        expires: new Date(expiresAt),
      });
    },
  };
}
