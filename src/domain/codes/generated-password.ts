/** A password for somebody who types it once: 100 bits in lower-case letters and digits that cannot be confused. */

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_CHARACTERS = 4;

/** Random bytes that one password takes. */
export const PASSWORD_BYTES = GROUPS * GROUP_CHARACTERS;

export function passwordOf(bytes: Uint8Array): string {
  const characters = [...bytes.subarray(0, PASSWORD_BYTES)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return Array.from({ length: GROUPS }, (_, index) =>
    characters.slice(index * GROUP_CHARACTERS, (index + 1) * GROUP_CHARACTERS).join(''),
  ).join('-');
}
