/** The cookie that identifies a trusted browser. */
import type { Context } from 'koa';

/** Characters. No value of ours is longer. */
const LONGEST = 300;

export interface TrustedBrowserCookie {
  /** The value that the browser has kept. Null when it cannot be ours. */
  read(ctx: Context): string | null;
  /** The browser keeps it until `expiresAt`, in milliseconds since the epoch. */
  write(ctx: Context, kept: string, expiresAt: number): void;
}

/** Over TLS the cookie's name gets the prefix `__Host-`. */
export function createTrustedBrowserCookie(name: string): TrustedBrowserCookie {
  const nameIn = ({ secure }: Context) => (secure ? `__Host-${name}` : name);
  return {
    read(ctx) {
      // It needs no signature: a token of 256 random bits is looked up by its digest.
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
