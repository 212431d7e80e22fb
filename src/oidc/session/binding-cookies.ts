/**
 * Cookies that bind a step of a sign-in to its browser. The server knows the expected value, and only checks that it
 * arrived. An attacker knows the values of his own sign-ins. So under TLS their names begin with `__Host-`: a sibling host
 * cannot set such a cookie (RFC 6265bis, 4.1.3.2).
 */
import type { Context } from 'koa';
import { hostName, setOwnCookie } from './own-cookie.ts';

export interface BindingCookie {
  /** Tells the steps apart. */
  readonly kind: string;
  /** The key of the interaction, so that simultaneous sign-ins of a browser have a cookie each. */
  readonly key: string;
  readonly value: string;
}

/** The path is that without TLS: a cookie of a host has the path `/`. `maxAge` is in milliseconds. */
type Life = { readonly path: string } & ({ readonly expires: Date } | { readonly maxAge: number });

/** Characters of the key in a name. */
const NAMED_BY = 8;
/** Cookies of a kind that a browser keeps under TLS. Each of them goes with each request. */
const MOST = 8;

function nameOf({ kind, key }: Pick<BindingCookie, 'kind' | 'key'>): string {
  return `${kind}-${key.slice(0, NAMED_BY)}`;
}

/** Sets the cookie. Under TLS those of the browser's oldest sign-ins go. */
export function giveBinding(ctx: Context, cookie: BindingCookie, { path, ...life }: Life): void {
  const { secure: isSecure } = ctx;
  const name = hostName(nameOf(cookie), { isSecure });
  setOwnCookie(ctx, name, cookie.value, { isSecure, path: isSecure ? '/' : path, ...life });
  if (!isSecure) return;
  // A browser sends the oldest first (RFC 6265, 5.4).
  const names = pairsOf(ctx).map((pair) => pair.slice(0, Math.max(0, pair.indexOf('='))));
  const prefix = hostName(`${cookie.kind}-`, { isSecure });
  const others = names.filter((each) => each.startsWith(prefix) && each !== name);
  const oldest = others.slice(0, Math.max(0, others.length + 1 - MOST));
  for (const old of oldest) setOwnCookie(ctx, old, null, { isSecure });
}

/** Whether the cookie came with a request. */
export function isBound(ctx: Pick<Context, 'get' | 'secure'>, cookie: BindingCookie): boolean {
  const name = nameOf(cookie);
  return (
    isSent(ctx, hostName(name, { isSecure: true }), cookie.value) ||
    (!ctx.secure && isSent(ctx, name, cookie.value))
  );
}

/**
 * Whether a cookie of exactly this name came with a request. A request may hold several cookies of one name. Koa's own
 * cookies read only the first of them, and keep a pattern for each name for ever.
 */
export function isSent(ctx: Pick<Context, 'get'>, name: string, value: string): boolean {
  return pairsOf(ctx).includes(`${name}=${value}`);
}

function pairsOf(ctx: Pick<Context, 'get'>): readonly string[] {
  return ctx.get('cookie').split(/; */);
}
