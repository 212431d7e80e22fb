/** Puts a stopwatch around every act of every store, and leaves the acts as they are. */
import type { Metrics } from '../../ports/metrics.ts';

type Stores = Readonly<Record<string, unknown>>;

/** Milliseconds with fractions, from any starting point: `performance.now` outside of tests. */
export type Stopwatch = () => number;

/** The same stores; what is no store (a function, a clock) passes through. */
export function timedStores<S extends object>(
  stores: S,
  metrics: Pick<Metrics, 'storeAct'>,
  elapsed: Stopwatch,
): S {
  const timed = Object.entries(stores as Stores).map(([name, store]) => [
    name,
    isStore(store) ? timedStore(name, store) : store,
  ]);
  return Object.fromEntries(timed);

  function timedStore(store: string, acts: Readonly<Record<string, Act>>): Readonly<Record<string, Act>> {
    return Object.fromEntries(
      Object.entries(acts).map(([act, run]) => [
        act,
        async (...given: readonly unknown[]) => {
          const begun = elapsed();
          let ok = false;
          try {
            const answer = await run(...given);
            ok = true;
            return answer;
          } finally {
            metrics.storeAct({ store, act, ok, ms: elapsed() - begun });
          }
        },
      ]),
    );
  }
}

type Act = (...given: readonly unknown[]) => Promise<unknown>;

function isStore(value: unknown): value is Readonly<Record<string, Act>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((act) => typeof act === 'function')
  );
}
