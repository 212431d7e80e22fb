/** Codes as people type and paste them: which differences from the printed code are forgiven. */

/** UTF-16 units of the longest text that is read. */
export const LONGEST_CODE = 64;

/** White space, dashes, dots, underscores, and format characters, which have no shape of their own. */
const SEPARATORS = /[\s\p{Dash}\p{Cf}._]/gu;

const DIGIT = /\p{Nd}/u;

/**
 * The text in one spelling: NFKC, without separators, every digit as an ASCII digit. Letters keep their case. Null for a
 * text that is longer than any code.
 */
export function compactCode(typed: string): string | null {
  if (typed.length > LONGEST_CODE) return null;
  const compact = typed.normalize('NFKC').replace(SEPARATORS, '');
  return Array.from(compact, (character) => (DIGIT.test(character) ? asciiDigit(character) : character)).join(
    '',
  );
}

/** So many ASCII digits. Null when the text has not that shape. */
export function readDigits(typed: string, count: number): string | null {
  const digits = compactCode(typed);
  return digits !== null && digits.length === count && /^[0-9]+$/.test(digits) ? digits : null;
}

/**
 * Decimal digits stand in runs of ten code points, zero first (Unicode 16, 4.6), so the digits that precede a digit tell
 * its value.
 */
function asciiDigit(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(point - before - 1))) before += 1;
  return String(before % 10);
}
