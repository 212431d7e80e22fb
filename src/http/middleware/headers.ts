/**
 * Sets the security headers of every answer, those of the provider included.
 *
 * @example app.use(securityHeaders({ https: true, formsLeadAway: ['/interaction'] }))
 */
import type { Middleware } from 'koa';
import type { HeaderExceptions } from '../server/area.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

const FEATURES = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'microphone',
  'payment',
  'usb',
];

/** One year, in seconds, subdomains too (OWASP ASVS 5.0, 3.4.1). */
const TRANSPORT_SECURITY = 'max-age=31536000; includeSubDomains';

export interface SecurityHeadersOptions extends HeaderExceptions {
  /** Whether browsers must always use TLS. That is a decision of the host, not of a guest on it. */
  readonly https: boolean;
}

export function securityHeaders({
  https,
  formsLeadAway = [],
  ownWindow = [],
  listens = [],
}: SecurityHeadersOptions): Middleware {
  const features = FEATURES.map((feature) => `${feature}=()`).join(', ');
  return async (ctx, next) => {
    const leadsAway = formsLeadAway.some((root) => isUnder(root, ctx.path));
    // The routers find a page by capital letters too. Only the stricter exception is for every spelling.
    const isOwnWindow = ownWindow.some((root) => isUnder(root, ctx.path.toLowerCase()));
    const more = [
      ...(listens.some((root) => isUnder(root, ctx.path)) ? ["connect-src 'self'"] : []),
      ...(leadsAway ? [] : ["form-action 'self'"]),
    ];
    ctx.set('Content-Security-Policy', [POLICY, ...more].join('; '));
    // Older browsers do not support frame-ancestors.
    ctx.set('X-Frame-Options', 'DENY');
    ctx.set('X-Content-Type-Options', 'nosniff');
    // `no-referrer` would turn the Origin of our own forms into `null` (Fetch, "append a request Origin header").
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.set('Permissions-Policy', features);
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
    if (isOwnWindow) ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
    if (https) ctx.set('Strict-Transport-Security', TRANSPORT_SECURITY);
    await next();
  };
}

function isUnder(root: string, path: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}
