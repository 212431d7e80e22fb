/** Which addresses a person may be sent back to: paths of this server, nothing that a browser reads as a host. */
import type { Context } from 'koa';

/**
 * Exactly one slash first, since `//host` and `/\host` name another server (WHATWG URL, "relative slash state"),
 * and no control characters, which browsers drop before they read the rest.
 */
const OWN_PATH = /^\/(?![/\\])[^\\\p{Cc}]*$/u;

/** Characters: longer ones are not worth carrying through a form. */
const LONGEST = 2048;

/** The path itself, or null when it leads elsewhere. */
export function ownPath(value: string | undefined): string | null {
  return value !== undefined && value.length <= LONGEST && OWN_PATH.test(value) ? value : null;
}

/** Where a GET finds the page again that was asked for, or whose form was sent; null where that is not known. */
export function pagePath(ctx: Context): string | null {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return ownPath(ctx.originalUrl);
  const from = URL.parse(ctx.get('referer'));
  return from?.host === ctx.host ? ownPath(`${from.pathname}${from.search}`) : null;
}
