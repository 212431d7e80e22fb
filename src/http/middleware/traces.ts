/** Draws a span around each request, named by its declared path. */
import type { Middleware } from 'koa';
import type { Tracing } from '../../ports/telemetry/tracing.ts';
import { declaredPath, statusOf } from './request-log.ts';

/** `trustsCallers`: the server stands behind a proxy, whose trace goes on here. */
export function traces(tracing: Pick<Tracing, 'request'>, trustsCallers: boolean): Middleware {
  return (ctx, next) => {
    const traceparent = trustsCallers ? ctx.get('traceparent') : '';
    const reference = String(ctx.state.reference);
    return tracing.request(traceparent === '' ? null : traceparent, reference, async (span) => {
      const end = (status: number): void =>
        span.end({ method: ctx.method, route: declaredPath(ctx), status });
      try {
        await next();
      } catch (error) {
        end(statusOf(error));
        throw error;
      }
      end(ctx.status);
    });
  };
}
