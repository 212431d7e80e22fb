/** The addresses that a person may be sent back to: paths of this server, never another host. */
import type { Context } from 'koa';

/**
 * Exactly one slash first: `//host` and `/\host` name another server (WHATWG URL, "relative slash state"). No control
 * characters: browsers drop them before they read the rest.
 */
const OWN_PATH = /^\/(?![/\\])[^\\\p{Cc}]*$/u;

/** Characters. A longer path is not carried through a form. */
const LONGEST = 2048;

/** The path itself. Null when it leads elsewhere. */
export function ownPath(value: string | undefined): string | null {
  return value !== undefined && value.length <= LONGEST && OWN_PATH.test(value) ? value : null;
}

/** The path of the page that was requested, or whose form was sent. Null when it is not known. */
export function pagePath(ctx: Context): string | null {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return ownPath(ctx.originalUrl);
  const from = URL.parse(ctx.get('referer'));
  return from?.host === ctx.host ? ownPath(`${from.pathname}${from.search}`) : null;
}
