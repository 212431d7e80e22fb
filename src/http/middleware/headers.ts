/**
 * What every answer tells the browser not to do.
 *
 * @example app.use(securityHeaders({ https: true }))
 *
 * It stands before the provider, which adds the hash of its own form_post script to the policy set here.
 */
import type { Middleware } from 'koa';

/**
 * Pages whose form ends in a redirect to the relying party: Chromium applies `form-action` to every redirect
 * that follows the form (W3C CSP 3, 6.4.1 leaves it open), the relying party's own onward ones included.
 */
const LEADING_AWAY: readonly string[] = ['/interaction', '/auth', '/session'];

/**
 * Pages that no other site opens in a window of its own. Elsewhere (a redirect by way of /locale included) a
 * relying party that signs in through a popup must keep hold of it.
 */
const OURS_ALONE = ['/account', '/admin'];

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

export interface SecurityHeadersOptions {
  /** Whether browsers are told to come over TLS alone: our own host's business, not that of a guest on it. */
  readonly https: boolean;
  /** The paths, with all under them, that have forms which lead away. */
  readonly leadingAway?: readonly string[];
}

export function securityHeaders({ https, leadingAway = LEADING_AWAY }: SecurityHeadersOptions): Middleware {
  const features = FEATURES.map((feature) => `${feature}=()`).join(', ');
  return async (ctx, next) => {
    const under = (root: string): boolean => ctx.path === root || ctx.path.startsWith(`${root}/`);
    const leadsAway = leadingAway.some(under);
    ctx.set('Content-Security-Policy', leadsAway ? POLICY : `${POLICY}; form-action 'self'`);
    // For browsers that know no frame-ancestors.
    ctx.set('X-Frame-Options', 'DENY');
    ctx.set('X-Content-Type-Options', 'nosniff');
    // `no-referrer` would turn the Origin of our own form posts into `null` (Fetch, "append a request Origin header").
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.set('Permissions-Policy', features);
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
    if (OURS_ALONE.some(under)) ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
    if (https) ctx.set('Strict-Transport-Security', TRANSPORT_SECURITY);
    await next();
  };
}
