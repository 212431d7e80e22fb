import type { Context } from 'koa';

/** The reference of a request: an error page shows it, and the lines of the log have it. Empty: the request has none. */
export function referenceOf({ state }: Pick<Context, 'state'>): string {
  return String(state.reference ?? '');
}
