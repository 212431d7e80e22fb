/** Refuses requests for another host than the issuer's (RFC 9110, 15.5.20). */
import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';

/** Shown by the error page. */
export class Misdirected extends Error {
  override name = 'Misdirected';
  readonly status = 421;
  readonly expose = true;
}

/** @param hostOf the host that a misdirected request names; undefined for every other request */
export function refuseMisdirected(hostOf: (request: IncomingMessage) => string | undefined): Middleware {
  return async (ctx, next) => {
    const host = hostOf(ctx.req);
    if (host !== undefined) throw new Misdirected(`the request names the host ${host || '(none)'}`);
    await next();
  };
}
