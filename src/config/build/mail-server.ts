/** Parses `mail.url` and `mail.from`. */

export interface MailServer {
  readonly host: string;
  /** Null: the default port of the scheme. */
  readonly port: number | null;
  readonly user: string | null;
  readonly password: string | null;
  /** TLS from the first byte, by STARTTLS, or none. */
  readonly tls: 'implicit' | 'starttls' | 'none';
}

/**
 * `smtps://` is TLS from the first byte. `smtp://` must come to TLS by STARTTLS, except on this machine; `?tls=required`
 * and `?tls=none` say otherwise. Null for anything else.
 */
export function mailServerOf(text: string): MailServer | null {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || url.hash !== '' || !['', '/'].includes(url.pathname))
    return null;
  const [option, ...more] = url.searchParams;
  if (more.length > 0) return null;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = tlsOf(url.protocol, option?.join('=') ?? '', host);
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (tls === null || user === null || password === null || (user === '' && password !== '')) return null;
  return {
    host,
    port: url.port === '' ? null : Number(url.port),
    user: user || null,
    password: password || null,
    tls,
  };
}

function tlsOf(protocol: string, option: string, host: string): MailServer['tls'] | null {
  if (!['', 'tls=required', 'tls=none'].includes(option)) return null;
  if (protocol === 'smtps:') return option === 'tls=none' ? null : 'implicit';
  if (protocol !== 'smtp:') return null;
  return option === 'tls=none' || (option === '' && isThisMachine(host)) ? 'none' : 'starttls';
}

/** RFC 6761, 6.3; RFC 1122, 3.2.1.3; RFC 4291, 2.5.3. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host) || host === '::1';
}

/** `Name <address>`, or the address alone. */
export function mailboxOf(from: string): { readonly name: string; readonly address: string } {
  const [, name = '', address = from] = /^([^<>]*)<([^<>]+)>\s*$/.exec(from) ?? [];
  return { name: name.trim(), address: address.trim() };
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
