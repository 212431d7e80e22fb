/** Recovery codes: ten on paper for the day the phone is gone. */
import type { RecoveryMethod } from './method.ts';

/** How many a set has. */
const RECOVERY_CODES = 10;
/** At so few left a person is told to make new ones. */
export const FEW_LEFT = 3;
/** Crockford's base32: no letter that reads as a digit (https://www.crockford.com/base32.html). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 80 bits each: too many to be searched through, even by who has the digests and their key. */
const CHARACTERS = 16;
const SHAPE = new RegExp(`^[${ALPHABET}]{${CHARACTERS}}$`);

/** What is digested of a code, so that equal codes of two sets have nothing in common. */
export function recoveryText(setId: string, spelt: string): string {
  return `${setId}|${spelt}`;
}

/** The claim that a code of a set is used up with. */
export function recoveryClaim(setId: string, digest: string): string {
  return `recovery:${setId}:${digest}`;
}

export function createRecoveryCodes(): RecoveryMethod {
  function newCode(random: (length: number) => Uint8Array): string {
    // 32 divides 256: every character is as likely as the other.
    const characters = Array.from(random(CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
    return characters.replace(/(.{4})(?=.)/g, '$1-');
  }

  return {
    name: 'recovery',
    newCodes: (random) => Array.from({ length: RECOVERY_CODES }, () => newCode(random)),
    spelt(typed) {
      const read = typed
        .slice(0, 64)
        .toLowerCase()
        .replaceAll(/[\s\u00a0-]/g, '')
        .replaceAll('o', '0')
        .replaceAll(/[il]/g, '1');
      return SHAPE.test(read) ? read : null;
    },
  };
}
