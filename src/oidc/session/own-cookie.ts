/** Sets the cookies of our own, beside those of oidc-provider. No script reads them, and no other site's form sends them. */
import type { Context } from 'koa';

interface OwnCookie {
  /** Whether it is sent over TLS only. */
  readonly isSecure: boolean;
  /** Default: false, for a value that is random, encrypted or of no use to a forger. */
  readonly signed?: boolean;
  /** Default: `/`, as the prefix `__Host-` requires it. */
  readonly path?: string;
  /** Milliseconds. Without it and without `expires` the cookie ends with the browser. */
  readonly maxAge?: number;
  readonly expires?: Date;
}

const HOST = '__Host-';

/** The name with its prefix: over TLS no sibling host can set a cookie of this name (RFC 6265bis, 4.1.3.2). */
export function hostName(name: string, { isSecure }: Pick<OwnCookie, 'isSecure'>): string {
  return isSecure ? HOST + name : name;
}

/** The last value of a response counts. A cookie without a value is deleted. */
export function setOwnCookie(
  ctx: Pick<Context, 'cookies'>,
  name: string,
  value: string | null,
  { isSecure, signed = false, ...life }: OwnCookie,
): void {
  // TLS may end at a proxy. The package would refuse a secure cookie on a connection without TLS.
  ctx.cookies.secure = isSecure;
  ctx.cookies.set(name, value, {
    ...life,
    signed,
    secure: isSecure,
    httpOnly: true,
    sameSite: 'lax',
    overwrite: true,
  });
}
