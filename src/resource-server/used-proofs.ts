/** Remembers used proofs until their time is over, in a bounded memory. Each process has its own. */

/** `full`: as many proofs as are allowed are remembered, and all of them still count. */
export type Take = 'first' | 'used' | 'full';

/** A proof is forgotten when its time is over, and never to make room: a replay must not be had by flooding. */
export function createUsedProofs(most: number) {
  /** By identifier: seconds since the epoch until which the proof counts. */
  const used = new Map<string, number>();
  let sweptAt = 0;

  return {
    /** @param until seconds since the epoch until which the proof would be accepted */
    take(id: string, until: number, now: number): Take {
      const before = used.get(id);
      if (before !== undefined && before >= now) return 'used';
      // At most once a second, so that a full memory costs no look at every proof for every request.
      if (used.size >= most && now > sweptAt) {
        sweptAt = now;
        for (const [each, end] of used) if (end < now) used.delete(each);
      }
      if (used.size >= most && before === undefined) return 'full';
      used.set(id, until);
      return 'first';
    },
  };
}
