/**
 * The support reference of a request: what a person reads out, and an operator finds the request by. Eight letters and
 * digits are 40 bits: two requests of a year seldom share one, and then their times tell them apart. It is no secret.
 */
import { compactCode } from './typed-code.ts';

export const REFERENCE_BYTES = 5;

/** Crockford's base 32: no I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SHAPE = /^[0-9A-HJKMNP-TV-Z]{8}$/;

/** Letters that are read as a digit, and the digit that they were. */
const LOOK_ALIKES: Readonly<Record<string, string>> = { I: '1', L: '1', O: '0' };

/** @param bytes five random ones */
export function newReference(bytes: Uint8Array): string {
  let bits = bytes.reduce((all, byte) => all * 256 + byte, 0);
  let text = '';
  for (let place = 0; place < 8; place += 1) {
    text = ALPHABET.charAt(bits % 32) + text;
    bits = Math.floor(bits / 32);
  }
  return inGroups(text);
}

/** The reference as it is stored, however it was typed. Null when the text has not the shape of one. */
export function readReference(typed: string): string | null {
  const letters = compactCode(typed)
    ?.toUpperCase()
    .replace(/[ILO]/g, (letter) => LOOK_ALIKES[letter] ?? letter);
  return letters !== undefined && SHAPE.test(letters) ? inGroups(letters) : null;
}

function inGroups(letters: string): string {
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
