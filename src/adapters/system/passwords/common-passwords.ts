/**
 * The list of common passwords and words of zxcvbn-ts (`@zxcvbn-ts/language-common`, MIT): 49 000 passwords from breaches
 * and the 7 776 words of a diceware list. It is read with the first password that is chosen.
 */
import { commonSpellings, foldedPassword } from '../../../domain/password/rules.ts';

/** Characters. A shorter part that repeats is no secret, whatever it is. */
const SHORTEST_PART = 4;

export interface CommonPasswords {
  has(password: string): Promise<boolean>;
}

export function createCommonPasswords(): CommonPasswords {
  let reading: Promise<ReadonlySet<string>> | null = null;
  return {
    async has(password) {
      reading ??= readList();
      const list = await reading;
      const [whole = '', part] = commonSpellings(password);
      return list.has(whole) || (part !== undefined && (part.length < SHORTEST_PART || list.has(part)));
    },
  };
}

async function readList(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(Object.values(dictionary).flatMap((words) => words.map(foldedPassword)));
}
