/** The event loop: whether it goes on while something is being waited for, and letting it go on. */
import { startStopwatch } from './own-time.ts';

const LOOK_EVERY_MS = 5;

/** The longest time, in milliseconds and of our own, for which nothing else could run while `work` did. */
export async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let turn = startStopwatch();
  const watch = setInterval(() => {
    longest = Math.max(longest, turn.read());
    turn = startStopwatch();
  }, LOOK_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return longest;
}

/** Lets so many turns of the event loop pass. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
