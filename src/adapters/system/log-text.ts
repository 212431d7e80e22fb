/** Makes text fit to be logged: one line, of bounded length, with whatever looks like a secret taken out. */
import { isIPv4, isIPv6 } from 'node:net';

/** Control and format characters and line separators: they forge lines, or turn what follows around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** In this order: the later ones would eat parts of what the earlier ones recognise whole. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]+(?:\.[\w-]*)+/g, '[token]'],
  [/\botpauth:\/\/\S+/gi, '[otpauth]'],
  // Credentials within an address: scheme://user:password@host.
  [/(:\/\/)[^\s/@]*@/g, '$1[credentials]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [credentials]'],
  // Values of a query; the names stay.
  [/([?&#][\w.[\]-]+)=[^\s&#"']*/g, '$1=[…]'],
  [/([\w-]*(?:session|interaction|resume|token|code)[\w.-]*=)[^\s;&"',]+/gi, '$1[…]'],
  // Assigned or quoted; a colon alone is also how a fault in the configuration is told.
  [/((?:password|passwd|secret)["']?\s*(?:=\s*["']?|:\s*["']))[^\s"',;}]+/gi, '$1[…]'],
  // base32 (RFC 4648), in one piece or in groups of four.
  [/\b[A-Z2-7]{16,}\b|\b(?:[A-Z2-7]{4}[ -]){3,}[A-Z2-7]{2,4}\b/g, '[secret]'],
  // Opaque identifiers: lower case, upper case and digits mixed, 20 characters (about 120 bits) or more.
  [/(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{20,}/g, '[opaque]'],
  // One-time codes of six to eight digits, as they are typed.
  [/(?<!\d)(?:\d{6,8}|\d{3}[ -]\d{3})(?!\d)/g, '[digits]'],
];

/** One line of at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 2)
    .replace(UNPRINTABLE, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

/** As `oneLine`, without what looks like a code, password, token, cookie or key. */
export function withoutSecrets(text: string, limit: number): string {
  // Looked through a little further than shown, so that a secret that is cut in two is still recognised.
  const line = oneLine(text, limit * 2);
  const masked = SECRETS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), line);
  return oneLine(masked, limit);
}

/** The network of an address: /24 of IPv4, /48 of IPv6; null for anything else. */
export function networkOf(address: string): string | null {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return networkOf(mapped);
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [bare = ''] = address.split('%');
  return isIPv6(bare) ? `${firstGroups(bare, 3).join(':')}::/48` : null;
}

function firstGroups(address: string, count: number): string[] {
  // The URL parser writes every address in the one form of RFC 5952.
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = written.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const rest = tail ? tail.split(':') : [];
  return [...groups, ...Array<string>(missing).fill('0'), ...rest].slice(0, count);
}
