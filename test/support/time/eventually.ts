/** Waiting in a test for what comes by itself: looked for again and again, until a deadline. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 10;

/** Gives the first result of `look` that is not rejected. Rejects with its last reason at the deadline. */
export async function eventually<T>(look: () => Promise<T>, withinMs = 20_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(LOOK_EVERY_MS);
    }
  }
}
