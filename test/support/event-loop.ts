/** The event loop: whether it goes on while something is being waited for, and letting it go on. */

const LOOK_EVERY_MS = 5;

/** The longest time, in milliseconds, for which nothing else could run while `work` did. */
export async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
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
