/** Cookies that nobody else can make. The server knows the expected value, and only checks that it arrived. */
import type { Context } from 'koa';

/** The prefix of a cookie's name under TLS. */
export const SECURE = '__Secure-';

/** Whether a cookie of exactly this name came with a request. A sibling host may set one with another prefix. */
export function isSent(ctx: Pick<Context, 'get'>, name: string, value: string): boolean {
  return ctx.get('cookie').split(/; */).includes(`${name}=${value}`);
}

/**
 * Whether such a cookie came with a request, with or without the prefix. A request may hold several cookies of one name.
 * Koa's own cookies read only the first of them, and keep a pattern for each name for ever.
 */
export function isGiven(ctx: Pick<Context, 'get'>, name: string, value: string): boolean {
  return isSent(ctx, name, value) || isSent(ctx, SECURE + name, value);
}
