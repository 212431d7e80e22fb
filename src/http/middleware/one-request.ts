/** Marks everything that is done for a request as one piece of work, and gives it its support reference. */
import type { Middleware } from 'koa';
import { newReference, REFERENCE_BYTES } from '../../domain/codes/reference.ts';
import type { Requests } from '../../ports/one-request.ts';
import type { Random } from '../../ports/system.ts';

export function oneRequest({ run, current }: Requests, random: Pick<Random, 'bytes'>): Middleware {
  return (ctx, next) =>
    run(newReference(random.bytes(REFERENCE_BYTES)), () => {
      ctx.state.reference = current()?.reference;
      return next();
    });
}
