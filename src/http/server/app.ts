/** The whole of HTTP in one list: what a request passes, and which area answers it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Router from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Provider } from 'oidc-provider';
import { createCookieSignatures } from '../../oidc/cookie-signatures.ts';
import { readForm } from '../guards/forms.ts';
import { crossSite } from '../middleware/cross-site.ts';
import type { Mounted } from './mount.ts';
import { createPinning } from './request-target.ts';

interface AppDeps {
  readonly issuer: string;
  readonly trustedProxies: number;
  readonly cookieKeys: readonly string[];
  readonly provider: Provider;
  /** Before everything, here and in the provider: logs, error pages, headers. */
  readonly around: readonly Middleware[];
  /** The areas, in the order in which they are asked. */
  readonly areas: readonly (Router | Mounted)[];
  /** Where who comes to `/` is sent. */
  readonly home: string;
}

/** oidc-provider's own addresses. */
const PROVIDER =
  /^\/(?:auth(?:\/[^/]+)?|token(?:\/(?:introspection|revocation))?|me|jwks|request|session\/end(?:\/[a-z]+)?|\.well-known\/(?:openid-configuration|oauth-authorization-server))$/;
/** Of which it answers others than these with 404: the refusal of a method is ours. */
const ITS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);
/** Endpoints that OIDC Core 3.1.2.1 and RP-Initiated Logout 2 also allow to be posted to. */
const ALSO_POSTED: ReadonlySet<string> = new Set(['/auth', '/session/end']);

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createApp(needs: AppDeps): Handler {
  const { issuer, trustedProxies, provider } = needs;
  const app = new Koa();
  app.keys = createCookieSignatures(needs.cookieKeys);
  for (const each of [app, provider]) {
    // The pinning writes these headers; only the addresses of trusted hops come from outside.
    each.proxy = true;
    each.maxIpsCount = Math.max(1, trustedProxies);
  }

  for (const middleware of needs.around) app.use(middleware);
  app.use(postedAsQuery);
  app.use(crossSite({ origin: new URL(issuer).origin }));
  app.use(home);
  for (const area of needs.areas) app.use(typeof area === 'function' ? area : area.routes());

  const pin = createPinning({ issuer, trustedProxies });
  const own = app.callback();
  const ofProvider = provider.callback();
  return async (request, response) => {
    pin(request);
    await (isForProvider(request) ? ofProvider : own)(request, response);
  };

  /** The library takes a post only with cookies for every site: the same request as a query needs none of that. */
  async function postedAsQuery(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    if (ctx.method !== 'POST' || !ALSO_POSTED.has(ctx.path)) {
      await next();
      return;
    }
    const fields = await readForm(ctx);
    ctx.status = 303;
    ctx.redirect(`${ctx.path}?${new URLSearchParams({ ...fields })}`);
  }

  async function home(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    if (ctx.path !== '/') {
      await next();
      return;
    }
    ctx.status = 303;
    ctx.redirect(needs.home);
  }
}

function isForProvider({ method = 'GET', url = '/' }: IncomingMessage): boolean {
  const path = url.split('?', 1)[0] ?? '/';
  const isPostedAsQuery = method === 'POST' && ALSO_POSTED.has(path);
  return PROVIDER.test(path) && ITS_METHODS.has(method) && !isPostedAsQuery;
}
