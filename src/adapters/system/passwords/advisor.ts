/** Finds what makes a refused password easy to guess, with zxcvbn-ts. Its dictionaries are read with the first one. */
import type { MatchExtended, ZxcvbnFactory } from '@zxcvbn-ts/core';
import type { PasswordPattern } from '../../../domain/password/fault.ts';
import type { PasswordAdvisor } from '../../../ports/system.ts';

/** Characters. The work grows with the square of the length, and other requests wait for it. */
const MOST_LOOKED_AT = 24;
/** Characters. Shorter parts say nothing about a password. */
const SHORTEST_TOKEN = 3;
const MOST_PATTERNS = 2;
/** The most common passwords that advice knows. The block list has all of them. */
const KNOWN_PASSWORDS = 20_000;
/** Ways to read a text without its substitutions. Each takes as long as the text itself. */
const MOST_SUBSTITUTIONS = 4;

const OF_MATCHER: Readonly<Record<string, PasswordPattern>> = {
  spatial: 'keyboard',
  repeat: 'repeats',
  sequence: 'sequence',
  wordSequence: 'sequence',
  date: 'date',
  regex: 'date',
};
const OF_DICTIONARY: Readonly<Record<string, PasswordPattern>> = {
  passwords: 'known_password',
  words: 'word',
  userInputs: 'your_details',
};

export function createPasswordAdvisor(): PasswordAdvisor {
  let reading: Promise<ZxcvbnFactory> | null = null;
  return {
    async patternsIn(password, about) {
      reading ??= readEstimator();
      const estimator = await reading;
      const { sequence } = estimator.check(password.slice(0, MOST_LOOKED_AT), [...about]);
      const longest = sequence
        .filter(({ token }) => token.length >= SHORTEST_TOKEN)
        .toSorted((a, b) => b.token.length - a.token.length);
      const patterns = new Set(longest.map(patternOf).filter((pattern) => pattern !== null));
      return [...patterns].slice(0, MOST_PATTERNS);
    },
  };
}

function patternOf({ pattern, dictionaryName, l33t, reversed }: MatchExtended): PasswordPattern | null {
  if (pattern !== 'dictionary') return OF_MATCHER[pattern] ?? null;
  if (l33t === true || reversed === true) return 'substitution';
  return OF_DICTIONARY[String(dictionaryName)] ?? null;
}

async function readEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({
    dictionary: {
      passwords: dictionary['passwords-common'].slice(0, KNOWN_PASSWORDS),
      words: dictionary['diceware-common'],
    },
    graphs: { qwerty: adjacencyGraphs.qwerty },
    maxLength: MOST_LOOKED_AT,
    l33tMaxSubstitutions: MOST_SUBSTITUTIONS,
  });
}
