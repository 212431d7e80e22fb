/**
 * The code that a person types to sign a device in (RFC 8628, 6.1): eight letters without vowels, so that it forms no
 * word and has no look-alikes. 20^8 codes are 34 bits, which is enough with a limit on attempts.
 */
import { compactCode } from './typed-code.ts';

/** The library makes codes of this shape: its charset `base-20`. */
export const USER_CODE_MASK = '****-****';
const SHAPE = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/;

/** The eight letters, as they are stored. Null when the text has not the shape of a code. */
export function readUserCode(typed: string): string | null {
  const letters = compactCode(typed)?.toUpperCase();
  return letters !== undefined && SHAPE.test(letters) ? letters : null;
}

/** In two groups of four, as the device shows it. */
export function showUserCode(letters: string): string {
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
