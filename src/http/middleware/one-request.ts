/** Marks everything that is done for a request as one piece of work for the stores. */
import type { Middleware } from 'koa';
import type { Requests } from '../../ports/one-request.ts';

export function oneRequest({ run }: Pick<Requests, 'run'>): Middleware {
  return (_, next) => run(next);
}
