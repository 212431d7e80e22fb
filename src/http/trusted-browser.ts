/** The cookie by which a trusted browser is known again. */
import type { Context } from 'koa';

/** 32 bytes in base64url. */
const TOKEN = /^[\w-]{43}$/;

export interface TrustedBrowserCookie {
  /** The browser's token; null when it has none. */
  read(ctx: Context): string | null;
  /** Kept until `expiresAt`, in milliseconds since the epoch. */
  write(ctx: Context, token: string, expiresAt: number): void;
}

/** `name` without the prefix that it gets where browsers come over TLS. */
export function createTrustedBrowserCookie(name: string): TrustedBrowserCookie {
  const nameIn = ({ secure }: Context) => (secure ? `__Host-${name}` : name);
  return {
    read(ctx) {
      // Not signed: it is looked up by its digest, and nobody guesses 256 bits.
      const token = ctx.cookies.get(nameIn(ctx), { signed: false });
      return token && TOKEN.test(token) ? token : null;
    },
    write(ctx, token, expiresAt) {
      ctx.cookies.set(nameIn(ctx), token, {
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
