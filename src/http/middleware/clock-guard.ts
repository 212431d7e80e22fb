/** Refuses requests that would judge codes or locks by a clock that is known to be wrong. Nothing is counted or spent. */
import type { Middleware } from 'koa';
import { StoreUnavailable } from '../../ports/faults.ts';

/** Reading pages is harmless. */
const HARMLESS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

export function clockGuard(isWrong: () => boolean): Middleware {
  return async (ctx, next) => {
    if (isWrong() && !HARMLESS.includes(ctx.method))
      throw new StoreUnavailable('the clock of this server is wrong');
    await next();
  };
}
