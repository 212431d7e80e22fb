/** The reference of a request: an error page shows it, and the lines of the log have it. */
import type { Context } from 'koa';

/** Empty for a request without one. */
export function referenceOf({ state }: Pick<Context, 'state'>): string {
  return String(state.reference ?? '');
}
