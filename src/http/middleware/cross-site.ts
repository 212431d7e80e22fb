/**
 * Refuses forms from the pages of other sites (CSRF), and methods that no page uses.
 *
 * Browsers name the origin of a request by `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454, 7). At least
 * one of these headers must be present, and each that is present must name our own origin.
 *
 * @example app.use(crossSite({ origin: 'https://id.example' }))
 */
import type { Context, Middleware } from 'koa';

export interface CrossSiteOptions {
  /** The issuer's origin. It is never read from the Host header. */
  readonly origin: string;
  /** Paths to which other sites may post. Default: none. */
  readonly openToPosts?: readonly string[];
  /** Whether any page is at this path. A post to another path is a 404. Default: all are. */
  readonly isKnown?: (path: string) => boolean;
}

const ALLOW = 'GET, HEAD, POST';

/** Shown by the error page. */
export class RequestRefused extends Error {
  override name = 'RequestRefused';
  readonly status: 403 | 405;
  readonly expose = true;
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal = { code: 'forbidden' } as const;

  constructor(status: 403 | 405, message: string) {
    super(message);
    this.status = status;
    // RFC 9110, 15.5.6: a 405 lists the allowed methods.
    this.headers = status === 405 ? { Allow: ALLOW } : {};
  }
}

export function crossSite({ origin, openToPosts = [], isKnown = () => true }: CrossSiteOptions): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      if (ctx.method !== 'POST') throw new RequestRefused(405, 'the method is not allowed');
      // The routes are not asked, so that a wrong answer opens no page to other sites.
      if (!isKnown(ctx.path)) return;
      const isOpen = openToPosts.includes(ctx.path);
      if (!isOpen && !isOwn(ctx, origin))
        throw new RequestRefused(403, 'the form was sent from another site');
    }
    await next();
  };
}

function isOwn(ctx: Context, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  const from = ctx.get('Origin');
  // `none`: the person acted, for example by a second submission after a restart of the browser.
  if (site !== '' && site !== 'same-origin' && site !== 'none') return false;
  // `null` comes from sandboxed frames and from redirects across origins, so that any site can send it.
  if (from !== '') return from === origin;
  return site !== '' || originOf(ctx.get('Referer')) === origin;
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
