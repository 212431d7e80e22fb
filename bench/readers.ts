/** The people of a run who are sent their code: each is sent no more of them than the product sends. */
import type { Mailbox } from './mailbox.ts';
import type { People } from './people.ts';
import { readerEmailOf } from './seed.ts';

const WINDOW_MS = 10 * 60 * 1000;
/** One less than the product's own limit: the one that was sent right before the window counts. */
const MOST_SENDS = 4;

/** `now` in milliseconds since the epoch. */
export function createReaders(count: number, mailbox: Mailbox, now: () => number): People {
  const sent = Array.from({ length: count }, (): number[] => []);
  // In turn, so that whoever comes next has waited longest.
  let turn = 0;

  return {
    count,
    next() {
      const number = turn % count;
      const times = sent[number];
      const last = times?.at(-MOST_SENDS);
      if (!times || (last !== undefined && now() - last < WINDOW_MS)) return null;
      times.push(now());
      turn += 1;
      const email = readerEmailOf(number);
      return { email, code: () => mailbox.codeFor(email) };
    },
    fresh: count,
    // Nobody waits for ten minutes: a round ends early instead.
    wait: 0,
  };
}
