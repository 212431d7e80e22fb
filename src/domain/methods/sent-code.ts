/** Checks a sent code, the same for every channel. */

import { readDigits } from '../codes/typed-code.ts';
import { checkSentCode, SENT_DIGITS } from '../sign-in/challenge.ts';
import { type CheckInput, type SentMethod, type Verdict, WRONG } from './contract.ts';

/** The parts that e-mail and SMS have in common. */
export const SENT_PARTS = {
  kind: 'sent',
  prompt: { page: 'enter-code', field: 'code' },
  read: (typed: string) => readDigits(typed, SENT_DIGITS),
} as const satisfies Partial<SentMethod>;

/** The save that notes the event takes the challenge away: of two right answers at once, one is saved. */
export function checkSent(
  { name, destinationOf }: Pick<SentMethod, 'name' | 'destinationOf'>,
  { candidates: [candidate], challenge, answer, contacts, visit, digest, now }: CheckInput,
): Verdict {
  if (!candidate) return WRONG;
  if (!challenge) return { kind: 'expired' };
  const destination = destinationOf(candidate, contacts);
  if (destination === null) return WRONG;
  const keyed = (text: string) => digest(text, 'sent-code');
  const verdict = checkSentCode(challenge, { ...visit, method: name, destination }, answer, {
    digest: keyed,
    now,
  });
  if (verdict !== 'right') return verdict === 'wrong' ? WRONG : { kind: 'expired' };
  return {
    kind: 'accepted',
    enrolmentId: candidate.id,
    spendsChallenge: true,
    lastStep: null,
    claim: null,
  };
}
