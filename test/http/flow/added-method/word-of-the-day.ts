/** A method that a host adds: a word that changes each day, from a list that both sides know. */
import {
  type CheckInput,
  type MethodDefinition,
  type MethodTraits,
  TYPED_TRAITS,
  type Verdict,
  WRONG,
} from '../../../../src/domain/methods/contract.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const WORDS = ['apple', 'birch', 'cedar', 'daisy', 'elder', 'fern', 'grass', 'hazel'];
const NAME = 'x-word';

const traits: MethodTraits = { ...TYPED_TRAITS, acr: 'https://refeds.org/profile/mfa', amr: ['kba'] };

/** The secret is the word of day 0. */
export function wordOn(secret: string, now: number): string {
  const index = WORDS.indexOf(secret.replaceAll(' ', '')) + Math.floor(now / DAY_MS);
  return WORDS[index % WORDS.length] ?? '';
}

function check({ candidates, answer, now }: Pick<CheckInput, 'candidates' | 'answer' | 'now'>): Verdict {
  const day = Math.floor(now / DAY_MS);
  const found = candidates.find(({ secret }) => secret !== null && wordOn(secret, now) === answer);
  if (!found) return WRONG;
  const key = `${NAME}:${found.id}:${day}`;
  const accepted = {
    kind: 'accepted',
    enrolmentId: found.id,
    spendsChallenge: false,
    lastStep: day,
  } as const;
  if (day <= (found.lastStep ?? -1)) return { kind: 'used-before', key, accepted };
  return { ...accepted, claim: { key, expiresAt: now + DAY_MS, otherwise: { kind: 'used' } } };
}

export const wordOfTheDay: MethodDefinition = {
  name: NAME,
  traits,
  isBuilt: true,
  create: () => ({
    kind: 'typed',
    name: NAME,
    traits,
    digits: null,
    prompt: { page: 'enter-x-word', field: 'code' },
    enrolment: {
      page: 'set-up-x-word',
      begin: (random) => WORDS[(random(1)[0] ?? 0) % WORDS.length] ?? '',
      show: (secret) => ({ secret, uri: null, digits: null, periodSeconds: null }),
      confirm: (candidate, answer, now) => check({ candidates: [candidate], answer, now }),
    },
    read: (typed) => typed.trim(),
    check,
    isReachable: ({ isReadable }) => isReadable,
  }),
};
