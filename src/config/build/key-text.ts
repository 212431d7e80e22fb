/** Reads lists of keys from one text, of a file or of an environment variable. */
import { createHash } from 'node:crypto';
import { isMap } from '../data.ts';

/** Keys separated by commas or white space. */
export function parseKeyList(text: string): string[] {
  return text.split(/[\s,]+/).filter((key) => key !== '');
}

/**
 * `id:key` or a key alone, separated by commas or white space. A key without an id gets one from its digest,
 * so that the same key has the same id wherever it is given.
 */
export function parseEncryptionKeys(text: string): { id: string; key: string }[] {
  return parseKeyList(text).map((entry) => {
    const [id, key] = entry.includes(':') ? split(entry) : [digestId(entry), entry];
    return { id, key };
  });
}

/** A JSON Web Key Set (RFC 7517, 5), or the list in it; null for anything else. */
export function parseSigningKeys(text: string): unknown[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's own message quotes what it read.
    return null;
  }
  const keys = isMap(parsed) ? parsed.keys : parsed;
  return Array.isArray(keys) ? keys : null;
}

function split(entry: string): [string, string] {
  const colon = entry.indexOf(':');
  return [entry.slice(0, colon), entry.slice(colon + 1)];
}

function digestId(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
