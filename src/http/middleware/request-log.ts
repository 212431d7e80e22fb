/**
 * One log line for each request, and an id by which the person's error page and the line find each other.
 *
 * @example app.use(requestLog({ log: logger.info, clock, random }))
 */
import type { Context, Middleware } from 'koa';
import type { Log } from '../../ports/log.ts';
import type { Clock, Random } from '../../ports/system.ts';

export interface RequestLogOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** The places under which the next segment is somebody's interaction. */
const UID = /\/(interaction|auth)\/[^/]+/g;

/** A word of our own addresses. Anything else may be an identifier, a token or an attack. */
const PLAIN_SEGMENT = /^\.?[a-z][a-z.-]{0,39}$/;

export function requestLog({ log, clock, random }: RequestLogOptions): Middleware {
  return async (ctx, next) => {
    const begun = clock.now();
    const id = random.id();
    ctx.state.requestId = id;
    ctx.set('X-Request-Id', id);
    const done = (status: number): void =>
      log({
        event: 'request',
        request_id: id,
        method: ctx.method,
        path: pathPattern(ctx.path),
        status,
        duration_ms: clock.now() - begun,
        address: ctx.ip,
      });
    try {
      await next();
    } catch (error) {
      done(statusOf(error));
      throw error;
    }
    done(ctx.status);
  };
}

/** `/interaction/:uid/second-factor`: which page, not whose. */
export function pathPattern(path: Context['path']): string {
  return path
    .replace(UID, '/$1/:uid')
    .split('/')
    .map((segment) => (segment === '' || segment === ':uid' || PLAIN_SEGMENT.test(segment) ? segment : ':id'))
    .join('/');
}

/** What the error page above will answer: the error's own status if it is one, else 500. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
