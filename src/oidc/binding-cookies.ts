/** Cookies that nobody else can make. The server knows the expected value, and only checks that it arrived. */
import type { Context } from 'koa';

/** Before the name of a cookie where browsers come over TLS. */
export const SECURE = '__Secure-';

/**
 * Whether such a cookie came with a request, among others of its name perhaps: under which of its names, and whether
 * provider and host agree on TLS, is all the same. Not by Koa's cookies: they keep a pattern for each name they were
 * ever asked for, and look at the first alone.
 */
export function isGiven(ctx: Pick<Context, 'get'>, name: string, value: string): boolean {
  const pair = `${name}=${value}`;
  const given = ctx.get('cookie').split(/; */);
  return given.includes(pair) || given.includes(SECURE + pair);
}
