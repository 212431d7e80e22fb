/** Recovery codes: ten on paper for the day the phone is gone. */
import { compactCode, LONGEST_CODE } from '../codes/typed-code.ts';
import {
  type CheckInput,
  type MethodDefinition,
  type MethodTraits,
  type SetMethod,
  TYPED_TRAITS,
  type Verdict,
  WRONG,
} from './contract.ts';

/** How many a set has. */
const RECOVERY_CODES = 10;
/** At so few left a person is told to make new ones. */
export const FEW_LEFT = 3;
/** Crockford's base32: no letter that reads as a digit (https://www.crockford.com/base32.html). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 80 bits each: too many to search through, even with the digests and their key. */
const CHARACTERS = 16;
const SHAPE = new RegExp(`^[${ALPHABET}]{${CHARACTERS}}$`);
/** The number of a line of a printed list, as it is copied along with a code. */
const LIST_NUMBER = /^\s*\p{Nd}{1,2}\s*[.)]/u;
/** The purpose of the keyed digest that is kept of a code. */
const DIGEST_PURPOSE = 'recovery-code';

const traits: MethodTraits = {
  ...TYPED_TRAITS,
  acr: 'https://refeds.org/profile/mfa',
  amr: ['recovery'],
  isFactor: false,
  words: 'recovery',
};

/** The text that is digested of a code, so that equal codes of two sets have nothing in common. */
export function recoveryText(setId: string, spelt: string): string {
  return `${setId}|${spelt}`;
}

/** The once-only key that a code of a set is used up with. */
export function recoveryClaim(setId: string, digest: string): string {
  return `recovery:${setId}:${digest}`;
}

/** How codes are made and read. */
export function createRecoveryCodes() {
  function newCode(random: (length: number) => Uint8Array): string {
    // 32 divides 256: every character is as likely as the other.
    const characters = Array.from(random(CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
    return characters.replace(/(.{4})(?=.)/g, '$1-');
  }

  return {
    /** As they are shown, each with 80 bits of chance. */
    newCodes: (random: (length: number) => Uint8Array): readonly string[] =>
      Array.from({ length: RECOVERY_CODES }, () => newCode(random)),
    /** The one spelling of what was typed; null when no code looks like that. */
    spelt(typed: string): string | null {
      // Combining marks in a row take time by the square of their number.
      if (typed.length > LONGEST_CODE) return null;
      // NFKC splits the one character "⒈", the number of a line, into a digit and its dot.
      const code = typed.normalize('NFKC').replace(LIST_NUMBER, '');
      const read = compactCode(code)?.toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1');
      return read !== undefined && SHAPE.test(read) ? read : null;
    },
  };
}

const codes = createRecoveryCodes();

function check({ candidates, answer, digest }: CheckInput): Verdict {
  for (const { id, secret } of candidates) {
    if (secret === null) continue;
    const kept = digest(recoveryText(id, answer), DIGEST_PURPOSE);
    const set: unknown = JSON.parse(secret);
    if (!Array.isArray(set) || !set.includes(kept)) continue;
    const claim = { key: recoveryClaim(id, kept), expiresAt: null, otherwise: { kind: 'used' } } as const;
    return { kind: 'accepted', enrolmentId: id, spendsChallenge: false, lastStep: null, claim };
  }
  return WRONG;
}

export const recovery: MethodDefinition = {
  name: 'recovery',
  traits,
  isBuilt: true,
  create: (): SetMethod => ({
    kind: 'set',
    name: 'recovery',
    traits,
    digits: null,
    prompt: { page: 'enter-code', field: 'code' },
    newCodes: codes.newCodes,
    digestOf: (setId, code, digest) => digest(recoveryText(setId, codes.spelt(code) ?? ''), DIGEST_PURPOSE),
    keyOf: recoveryClaim,
    read: codes.spelt,
    check,
    // `lastStep` is set once every code of the set is used.
    isReachable: ({ lastStep, isReadable }) => lastStep === null && isReadable,
  }),
};
