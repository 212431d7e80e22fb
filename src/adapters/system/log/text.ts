/** Makes text safe to log: one line of bounded length, with secrets removed as far as they can be recognised. */

/** Control and format characters and line separators: they forge lines, or turn what follows around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * In this order: the later ones would eat parts of what the earlier ones recognise whole. Each begins at the start of a
 * word and goes through it a fixed number of times, because anybody may send a long word.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w-])(?=(?:[\w-]*-)?eyJ)[\w-]+(?:\.[\w-]*)+/g, '[token]'],
  [/\botpauth:\/\/\S+/gi, '[otpauth]'],
  // Credentials within an address: scheme://user:password@host.
  [/(:\/\/)[^\s/@]*@/g, '$1[credentials]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [credentials]'],
  // Values of a query; the names stay.
  [/([?&#][\w.[\]-]+)=[^\s&#"']*/g, '$1=[…]'],
  [/(?<![\w.-])(?=[\w.-]*(?:session|interaction|resume|token|code))([\w.-]+=)[^\s;&"',]+/gi, '$1[…]'],
  // Assigned or quoted; a colon alone is also how a fault in the configuration is told.
  [/((?:password|passwd|secret)["']?\s*(?:=\s*["']?|:\s*["']))[^\s"',;}]+/gi, '$1[…]'],
  // base32 (RFC 4648), in one piece or in groups of four.
  [/\b[A-Z2-7]{16,}\b|\b(?:[A-Z2-7]{4}[ -]){3,}[A-Z2-7]{2,4}\b/g, '[secret]'],
  // Opaque identifiers: lower case, upper case and digits mixed, 20 characters (about 120 bits) or more.
  [/(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{20,}/g, '[opaque]'],
  // One-time codes of six to eight digits, as they are typed.
  [/(?<!\d)(?:\d{6,8}|\d{3}[ -]\d{3})(?!\d)/g, '[digits]'],
];

/** Most words of a line: a word of this product in lower case, a verb of HTTP, a pattern of a path. No secret looks so. */
const PLAIN = /^(?:[A-Z]{1,10}|(?:[a-z._-]|\/:?)+)$/;

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
  if (text.length <= limit && PLAIN.test(text)) return text;
  // Looked through a little further than shown, so that a secret that is cut in two is still recognised.
  const line = oneLine(text, limit * 2);
  const masked = SECRETS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), line);
  return oneLine(masked, limit);
}
