/** The time of a refused password, by the hash that the account has: none of these may stand out. */
import { hash } from '@node-rs/argon2';
import { createPasswordHasher } from '../src/adapters/system/password-hasher.ts';

/** Interleaved samples of each kind. */
const SAMPLES = 200;

export interface Timing {
  readonly kind: string;
  /** Milliseconds, in ascending order. */
  readonly ms: readonly number[];
  /** The share of pairs in which this kind takes longer than an unknown account. 0.5: nothing can be told. */
  readonly slower: number;
}

/** Hashes of imported accounts: cheaper than ours, and as RFC 9106, 4, recommends second. */
const IMPORTED = {
  'imported, 7 MiB, 5 passes': { memoryCost: 7168, timeCost: 5 },
  'imported, 8 MiB, 1 pass': { memoryCost: 8192, timeCost: 1 },
  'imported, 64 MiB, 3 passes': { memoryCost: 65_536, timeCost: 3 },
};

/** `isEven` false: without the wait that evens the times out, to see what it hides. */
export async function measureTiming(isEven: boolean): Promise<Timing[]> {
  const hasher = createPasswordHasher({
    concurrency: 1,
    queueLimit: 1,
    ...(isEven ? {} : { refusalMs: 0 }),
  });
  const stored = new Map<string, string | null>([
    ['unknown', null],
    ['ours', await hasher.hash('password')],
  ]);
  for (const [kind, options] of Object.entries(IMPORTED)) stored.set(kind, await hash('password', options));
  const samples = new Map([...stored.keys()].map((kind) => [kind, [] as number[]]));
  for (let n = 0; n < SAMPLES; n += 1) {
    for (const [kind, phc] of stored) {
      const begun = performance.now();
      await hasher.inTurn((verify) => verify(phc, 'wrong'));
      samples.get(kind)?.push(performance.now() - begun);
    }
  }
  const unknown = samples.get('unknown') ?? [];
  return [...samples].map(([kind, ms]) => ({
    kind,
    ms: ms.toSorted((a, b) => a - b),
    slower: shareSlower(ms, unknown),
  }));
}

/** The common-language effect size of Mann and Whitney. */
function shareSlower(those: readonly number[], others: readonly number[]): number {
  let wins = 0;
  for (const one of those) for (const other of others) wins += one > other ? 1 : one === other ? 0.5 : 0;
  return wins / (those.length * others.length);
}
