/**
 * Refuses forms that another site's page sends (CSRF), and methods that no page of ours uses.
 *
 * Browsers say by `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454, 7) where a request was made. Whatever
 * is said must be ours, and something must be said: a request without any of the headers is refused.
 *
 * @example app.use(crossSite({ origin: 'https://id.example' }))
 */
import type { Context, Middleware } from 'koa';

export interface CrossSiteOptions {
  /** The issuer's origin: never taken from the Host header. */
  readonly origin: string;
}

const ALLOW = 'GET, HEAD, POST';

/** Thrown for the error page to show. */
export class RequestRefused extends Error {
  override name = 'RequestRefused';
  readonly status: 403 | 405;
  readonly expose = true;
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal = { code: 'forbidden' } as const;

  constructor(status: 403 | 405, message: string) {
    super(message);
    this.status = status;
    // RFC 9110, 15.5.6: a 405 says what is allowed.
    this.headers = status === 405 ? { Allow: ALLOW } : {};
  }
}

export function crossSite({ origin }: CrossSiteOptions): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      if (ctx.method !== 'POST') throw new RequestRefused(405, 'the method is not allowed');
      if (!isOwn(ctx, origin)) throw new RequestRefused(403, 'the form was sent from another site');
    }
    await next();
  };
}

function isOwn(ctx: Context, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  const from = ctx.get('Origin');
  // `none`: the person's own doing, like sending a form again after a restart of the browser.
  if (site !== '' && site !== 'same-origin' && site !== 'none') return false;
  // `null` comes from sandboxed frames and from redirects across origins: anybody's.
  if (from !== '') return from === origin;
  return site !== '' || originOf(ctx.get('Referer')) === origin;
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
