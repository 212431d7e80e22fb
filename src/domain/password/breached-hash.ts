/** A line of a file of breached passwords, as the downloader of haveibeenpwned.com writes it: `HASH:COUNT`, sorted. */

/** Characters of a SHA-1 hash in hexadecimal. */
export const HASH_LENGTH = 40;
/** Bytes. No line is longer: the hash, a colon, a count and the end of the line. */
export const LONGEST_LINE = 64;

const LINE = /^([0-9a-f]{40})(?::\d{1,20})?\r?$/i;

/** The hash of a line in upper case. Null for anything else. */
export function hashOfLine(line: string): string | null {
  return LINE.exec(line)?.[1]?.toUpperCase() ?? null;
}

/** A fault of a whole file, in words. */
export function lineFault(line: string): string | null {
  if (hashOfLine(line) !== null) return null;
  if (/^[0-9a-f]{32}(?::\d+)?\r?$/i.test(line)) return 'has NTLM hashes: SHA-1 hashes are needed';
  return 'is not a list of SHA-1 hashes, one a line';
}
