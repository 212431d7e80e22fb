/**
 * Writes one log line for each request. The same id stands in the line and on the person's error page.
 *
 * @example app.use(requestLog({ log: logger.info, clock, random }))
 */
import type { Context, Middleware } from 'koa';
import { METHOD_NAMES } from '../../domain/methods/method.ts';
import type { Log } from '../../ports/log.ts';
import type { Clock, Random } from '../../ports/system.ts';
import type { Metrics } from '../../ports/telemetry/metrics.ts';

export interface RequestLogOptions {
  readonly log: Log;
  /** Counts each request by its declared path, since there are few of these. */
  readonly count?: Metrics['request'];
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** The paths under which the next segment identifies an interaction. */
const UID = /\/(interaction|auth|device(?=\/(?!(?:auth|confirm|done)$)))\/[^/]+/g;

/** A word of our own paths. Any other segment may be an identifier, a token or an attack. */
const PLAIN_SEGMENT = /^\.?[a-z][a-z.-]{0,39}$/;

/** Values of a path parameter that may be counted by name, because there are few of them. */
const FEW: ReadonlySet<unknown> = new Set(METHOD_NAMES);

/** Paths that no router declares. */
const ROUTELESS: ReadonlySet<string> = new Set(['/', '/auth', '/session/end']);
const NOWHERE = ':none';

export function requestLog({ log, count, clock, random }: RequestLogOptions): Middleware {
  return async (ctx, next) => {
    const startedAtMs = clock.now();
    const id = random.id();
    ctx.state.requestId = id;
    ctx.set('X-Request-Id', id);
    const done = (status: number): void => {
      const { method } = ctx;
      const ms = clock.now() - startedAtMs;
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

/** Names the page without identifying its visitor: `/interaction/:uid/second-factor`. */
export function pathPattern(path: Context['path']): string {
  return path
    .replace(UID, '/$1/:uid')
    .split('/')
    .map((segment) => (segment === '' || segment === ':uid' || PLAIN_SEGMENT.test(segment) ? segment : ':id'))
    .join('/');
}

/**
 * Counters stay in memory for the life of the process, and a client may request any path. All undeclared paths
 * therefore share one name.
 */
export function declaredPath(ctx: Context): string {
  const { matched, params, oidc } = ctx as Context & Partial<Routed>;
  const declared = matched?.findLast(({ methods }) => methods.length > 0)?.path;
  if (declared !== undefined)
    return String(declared).replace(/:(\w+)/g, (whole, name) =>
      FEW.has(params?.[name]) ? `${params?.[name]}` : whole,
    );
  return oidc?.route !== undefined || ROUTELESS.has(ctx.path) ? pathPattern(ctx.path) : NOWHERE;
}

/** Set by routers: ours leave every route that matches, the provider leaves the name of its route. */
interface Routed {
  readonly matched: readonly { readonly path: unknown; readonly methods: readonly string[] }[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly oidc: { readonly route?: string };
}

/** The status that the error page answers with: the error's own status if it is valid, else 500. */
export function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
