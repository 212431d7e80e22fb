/** Chance that can be had again: the same seed leads to the same choices. */

/** Numbers from 0 to 1, without 1 (mulberry32). */
export function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** As a balancer without sticky sessions does it: each time any of them. */
export function anyOf<One>(items: readonly One[], chance: () => number): One {
  const one = items[Math.floor(chance() * items.length)];
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
}
