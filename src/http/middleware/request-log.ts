/**
 * One log line for each request, and an id by which the person's error page and the line find each other.
 *
 * @example app.use(requestLog({ log: logger.info, clock, random }))
 */
import type { Context, Middleware } from 'koa';
import { METHOD_NAMES } from '../../domain/methods/method.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Clock, Random } from '../../ports/system.ts';

export interface RequestLogOptions {
  readonly log: Log;
  /** Told of each request, too, by the address as it was declared: of those there are few. */
  readonly count?: Metrics['request'];
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** The places under which the next segment is somebody's interaction. */
const UID = /\/(interaction|auth)\/[^/]+/g;

/** A word of our own addresses. Anything else may be an identifier, a token or an attack. */
const PLAIN_SEGMENT = /^\.?[a-z][a-z.-]{0,39}$/;

/** What an address of ours may say in the place of a parameter, and still be one among few. */
const FEW: ReadonlySet<unknown> = new Set(METHOD_NAMES);

/** Addresses that no router has. */
const ROUTELESS: ReadonlySet<string> = new Set(['/', '/auth', '/session/end']);
const NOWHERE = ':none';

export function requestLog({ log, count, clock, random }: RequestLogOptions): Middleware {
  return async (ctx, next) => {
    const begun = clock.now();
    const id = random.id();
    ctx.state.requestId = id;
    ctx.set('X-Request-Id', id);
    const done = (status: number): void => {
      const { method } = ctx;
      const ms = clock.now() - begun;
      log({
        event: 'request',
        request_id: id,
        method,
        path: pathPattern(ctx.path),
        status,
        duration_ms: ms,
        ip: ctx.ip,
      });
      count?.({ method, path: declaredPath(ctx), status, ms });
    };
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

/**
 * What is counted is kept for as long as the process lives, and anybody may ask for any word: where nothing was declared
 * all have one name.
 */
function declaredPath(ctx: Context): string {
  const { matched, params, oidc } = ctx as Context & Partial<Routed>;
  const declared = matched?.findLast(({ methods }) => methods.length > 0)?.path;
  if (declared !== undefined)
    return String(declared).replace(/:(\w+)/g, (whole, name) =>
      FEW.has(params?.[name]) ? `${params?.[name]}` : whole,
    );
  return oidc?.route !== undefined || ROUTELESS.has(ctx.path) ? pathPattern(ctx.path) : NOWHERE;
}

/** What routers leave: ours of every route that an address has, the provider's the name of its own. */
interface Routed {
  readonly matched: readonly { readonly path: unknown; readonly methods: readonly string[] }[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly oidc: { readonly route?: string };
}

/** What the error page above will answer: the error's own status if it is one, else 500. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
