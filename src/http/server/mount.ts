/** Mounts the pages in a host: in Koa, or in a server that calls `(request, response, next)`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Context, type Middleware, type Next } from 'koa';

/**
 * Middleware for `app.use` of Koa, of oidc-provider itself (a Koa app), of Express or of Connect. With two arguments it
 * is a handler for `node:http`, which answers a path of others with 404.
 */
export interface Mounted {
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): Promise<void>;
  (ctx: Context, next: Next): Promise<void>;
}

/** For our own server, which asks it before the cross-site check. */
export type MountedPages = Mounted & {
  /** Whether any page is at this path. */
  readonly knows: (path: string) => boolean;
};

interface MountedDeps {
  /** Whether a path, as the browser asked for it, belongs to the pages: others are passed on untouched. */
  readonly owns: (path: string) => boolean;
  readonly knows?: MountedPages['knows'];
  /** In the order in which a request passes them. */
  readonly pages: readonly Middleware[];
  /** The Koa app whose trust in proxies counts where the host has none. */
  readonly trust: Pick<Koa, 'proxy' | 'proxyIpHeader' | 'maxIpsCount'>;
}

export function createMounted({ owns, knows = owns, pages, trust }: MountedDeps): MountedPages {
  const app = new Koa();
  for (const each of pages) app.use(each);
  const answer = app.callback();

  /** Restores the whole path, in case the host has cut off the prefix of a mount. */
  async function inKoa(ctx: Context, next: Next): Promise<void> {
    const wholeUrl = urlOf(ctx.req, ctx.originalUrl);
    if (!owns(pathOf(wholeUrl))) return next();
    // Koa parses the address again after each assignment. The same address needs none.
    if (ctx.url === wholeUrl && ctx.originalUrl === wholeUrl) return through(ctx);
    const { url, originalUrl, path } = ctx;
    // The path is assigned too, because Koa caches the parts of a parsed address with their changes.
    Object.assign(ctx, { url: wholeUrl, originalUrl: wholeUrl, path: pathOf(wholeUrl) });
    try {
      await through(ctx);
    } finally {
      Object.assign(ctx, { url, originalUrl, path });
    }
  }

  /** Runs the middleware of the pages. The host's next middleware never sees such a request. */
  async function through(ctx: Context): Promise<void> {
    await pages.reduceRight<Next>(
      (next, each) => () => each(ctx, next),
      async () => {},
    )();
  }

  async function inConnect(request: IncomingMessage, response: ServerResponse, next?: () => void) {
    const { url } = request;
    const wholeUrl = urlOf(request, url ?? '/');
    if (!owns(pathOf(wholeUrl))) return next ? next() : notFound(response);
    const { proxy, proxyIpHeader, maxIpsCount } = trust;
    Object.assign(app, { proxy, proxyIpHeader, maxIpsCount });
    request.url = wholeUrl;
    try {
      await answer(request, response);
    } finally {
      request.url = url;
    }
  }

  const mounted: Mounted = (
    first: Context | IncomingMessage,
    second: Next | ServerResponse,
    third?: () => void,
  ) =>
    'req' in first && typeof second === 'function'
      ? inKoa(first, second)
      : inConnect(first as IncomingMessage, second as ServerResponse, third);
  return Object.assign(mounted, { knows });
}

/** The address as the browser sent it. Express and Connect keep it; Koa's own copy begins at its call. */
function urlOf(request: IncomingMessage, otherwise: string): string {
  return 'originalUrl' in request && typeof request.originalUrl === 'string'
    ? request.originalUrl
    : otherwise;
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

function notFound(response: ServerResponse): void {
  response.writeHead(404).end();
}
