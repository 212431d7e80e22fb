/** Serves the areas: passes each request through the common middleware to the area that answers it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Context, type Middleware } from 'koa';
import type { CookieSignatures } from '../../ports/cookies.ts';
import type { Log, LogFields } from '../../ports/log.ts';
import { crossSite } from '../middleware/cross-site.ts';
import { refuseMisdirected } from '../middleware/misdirected.ts';
import type { Area } from './area.ts';
import { isRouted } from './known-paths.ts';
import { createPinning } from './request-target.ts';

interface AppDeps {
  readonly issuer: string;
  readonly trustedProxies: number;
  readonly cookieSignatures: CookieSignatures;
  /** Middleware before everything else: request log, error pages, headers. */
  readonly around: readonly Middleware[];
  /** Asked in this order. */
  readonly areas: readonly Area[];
  /** `/` redirects there. */
  readonly home: string;
  readonly warn: Log;
}

const UNTRUSTED_PROXY: LogFields = {
  event: 'proxy.untrusted',
  reason:
    'a request has X-Forwarded-For, and listen.trusted_proxies is 0: if a proxy is before this server, its address ' +
    'counts for everybody. Write the number of proxies to listen.trusted_proxies',
};

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createApp({
  issuer,
  trustedProxies,
  cookieSignatures,
  around,
  areas,
  home,
  warn,
}: AppDeps): Handler {
  const app = new Koa();
  app.keys = cookieSignatures;
  const delegates = areas.flatMap(({ delegate }) => delegate ?? []);
  for (const each of [app, ...delegates.map((delegate) => delegate.koa)]) {
    // The pinning writes these headers. Only the IP addresses of trusted proxies come from outside.
    each.proxy = true;
    each.maxIpsCount = Math.max(1, trustedProxies);
  }

  /** Requests for another host, with the host. */
  const misdirected = new WeakMap<IncomingMessage, string>();
  for (const middleware of around) app.use(middleware);
  app.use(refuseMisdirected((request) => misdirected.get(request)));
  const anyHost = areas.flatMap((area) => area.anyHost ?? []);
  const openToPosts = areas.flatMap((area) => area.openToPosts ?? []);
  app.use(crossSite({ origin: new URL(issuer).origin, openToPosts, isKnown }));
  app.use(redirectHome);
  for (const { routes } of areas) app.use(typeof routes === 'function' ? routes : routes.routes());

  const pin = createPinning({ issuer, trustedProxies, onUntrustedProxy: once(() => warn(UNTRUSTED_PROXY)) });
  const own = app.callback();
  const handlers = delegates.map(({ koa, owns }) => ({ owns, answer: koa.callback() }));
  return async (request, response) => {
    const { host } = request.headers;
    const isForIssuer = pin(request);
    const target = { method: request.method ?? 'GET', path: pathOf(request) };
    if (!isForIssuer && !isForAnyHost(target.path)) {
      misdirected.set(request, host ?? '');
      await own(request, response);
      return;
    }
    const answer = handlers.find(({ owns }) => owns(target))?.answer ?? own;
    await answer(request, response);
  };

  function isForAnyHost(path: string): boolean {
    return anyHost.some((base) => path === base || path.startsWith(`${base}/`));
  }

  function isKnown(path: string): boolean {
    return (
      path === '/' ||
      delegates.some(({ owns }) => owns({ method: 'GET', path }) || owns({ method: 'POST', path })) ||
      areas.some(({ routes }) =>
        typeof routes === 'function' ? routes.knows(path) : isRouted([routes], path),
      )
    );
  }

  async function redirectHome(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    if (ctx.path !== '/') {
      await next();
      return;
    }
    ctx.status = 303;
    ctx.redirect(home);
  }
}

/** Any client can send the header, so that a line for each request would be a flood. */
function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}
