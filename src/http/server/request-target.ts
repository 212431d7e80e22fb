/** Gives each request the issuer's address. No Host header, forwarded host or absolute target is trusted. */
import type { IncomingMessage } from 'node:http';

interface Options {
  readonly issuer: string;
  /** How many proxies in front of us write `X-Forwarded-For`. */
  readonly trustedProxies: number;
  /** Told of a request that came through a proxy, although none is trusted. */
  readonly onUntrustedProxy: () => void;
}

/**
 * For before the first middleware: both Koa apps build addresses from these headers (threat: poisoned links). Returns
 * whether the request names the issuer's host. A name of somebody else that leads here reads nothing (DNS rebinding).
 */
export function createPinning({
  issuer,
  trustedProxies,
  onUntrustedProxy,
}: Options): (request: IncomingMessage) => boolean {
  const { host, hostname, port, protocol } = new URL(issuer);
  const withPort = port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host;
  const isOurs = (named: string | undefined) => [host, withPort].includes(String(named).toLowerCase());
  return (request) => {
    const isForIssuer = isOurs(request.headers.host) && isOurs(hostOf(request.url) ?? host);
    request.headers.host = host;
    request.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    delete request.headers['x-forwarded-host'];
    if (trustedProxies === 0 && request.headers['x-forwarded-for'] !== undefined) {
      onUntrustedProxy();
      delete request.headers['x-forwarded-for'];
    }
    request.url = originForm(request.url ?? '/');
    return isForIssuer;
  };
}

/** The host of a target in absolute form. Null for every other form. */
function hostOf(target = '/'): string | null {
  return /^[a-z][a-z\d+.-]*:/i.test(target) ? (URL.parse(target)?.host ?? '') : null;
}

/** The path and query of a target, also of one in absolute form (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const url = URL.canParse(target) ? new URL(target) : null;
  return url ? `${url.pathname}${url.search}` : '/';
}
