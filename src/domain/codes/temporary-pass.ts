/**
 * The pass that an administrator gives a person who cannot get mail: 16 base32 characters (RFC 4648, 6), 80 bits. It counts
 * as the set-up proof of one account, once.
 */
import { compactCode } from './typed-code.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CHARACTERS = 16;
const SHAPE = /^[A-Z2-7]{16}$/;

/** Random bytes that one pass takes. */
export const PASS_BYTES = CHARACTERS;
/** Milliseconds in which it can be used. */
export const PASS_LIFETIME_MS = 60 * 60 * 1000;

export function passOf(bytes: Uint8Array): string {
  // 256 is a multiple of 32: each character is as likely as every other one.
  return [...bytes.subarray(0, CHARACTERS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** The pass as it is stored. Null when the text has not the shape of a pass. */
export function readPass(typed: string): string | null {
  const compact = compactCode(typed)?.toUpperCase();
  return compact !== undefined && SHAPE.test(compact) ? compact : null;
}

/** In groups of four, which a page shows apart and a reader copies as one text. */
export function groupsOfPass(pass: string): readonly string[] {
  return pass.match(/.{4}/g) ?? [pass];
}

/** The once-only key of a pass. `digest` is that of the pass: the store never has the pass itself. */
export function passKey(accountId: string, digest: string): string {
  return `temporary-pass:${accountId}:${digest}`;
}

/** The purpose of that digest. */
export const PASS_DIGEST = 'temporary-pass';
