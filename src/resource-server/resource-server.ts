/** Puts the check and its middleware together. */
import { createCheck } from './check.ts';
import { createExpress, createFetch, createKoa } from './middleware.ts';
import { type ResourceServerOptions, settingsOf } from './options.ts';

/** An API that accepts access tokens. Each member takes `Requirements` and refuses what does not meet them. */
export interface ResourceServer {
  /** The check by itself, for other servers. */
  readonly check: ReturnType<typeof createCheck>;
  /** Middleware for Koa: the token is in `ctx.state.accessToken`. */
  readonly koa: ReturnType<typeof createKoa>;
  /** Middleware for Express: the token is in `request.accessToken`. */
  readonly express: ReturnType<typeof createExpress>;
  /** Around a handler of `fetch` style, which gets the token as its second argument. */
  readonly fetch: ReturnType<typeof createFetch>;
}

/** @throws TypeError for an option that is wrong */
export function createResourceServer(
  options: ResourceServerOptions & Required<Pick<ResourceServerOptions, 'clock'>>,
): ResourceServer {
  const settings = settingsOf(options);
  const check = createCheck(settings);
  return {
    check,
    koa: createKoa(check, settings),
    express: createExpress(check, settings),
    fetch: createFetch(check, settings),
  };
}
