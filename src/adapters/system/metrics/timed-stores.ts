/** Measures the time of every act of every store, draws a span around it where traces are wanted, and changes no act. */
import type { Metrics } from '../../../ports/telemetry/metrics.ts';
import type { Tracing } from '../../../ports/telemetry/tracing.ts';

type Stores = Readonly<Record<string, unknown>>;

/** Milliseconds with fractions, from any starting point: `performance.now` outside of tests. */
export type Stopwatch = () => number;

/** The same stores; what is no store (a function, a clock) passes through. */
export function timedStores<S extends object>(
  stores: S,
  metrics: Pick<Metrics, 'storeAct'>,
  elapsed: Stopwatch,
  tracing: Pick<Tracing, 'storeAct'> | null = null,
): S {
  const timed = Object.entries(stores as Stores).map(([name, store]) => [
    name,
    isStore(store) ? timedStore(name, store) : store,
  ]);
  return Object.fromEntries(timed);

  function timedStore(store: string, acts: Readonly<Record<string, Act>>): Readonly<Record<string, Act>> {
    return Object.fromEntries(
      Object.entries(acts).map(([act, plain]) => {
        const run = traced(`${store}.${act}`, plain);
        const note = metrics.storeAct({ store, act });
        const timed: Act = (...given) => {
          const begun = elapsed();
          const answer = run(...given);
          // Beside the caller, who gets the answer itself and not one that waited for the stopwatch.
          answer.then(
            () => note(true, elapsed() - begun),
            () => note(false, elapsed() - begun),
          );
          return answer;
        };
        return [act, timed];
      }),
    );
  }

  function traced(name: string, run: Act): Act {
    return tracing ? (...given) => tracing.storeAct(name, () => run(...given)) : run;
  }
}

type Act = (...given: readonly unknown[]) => Promise<unknown>;

function isStore(value: unknown): value is Readonly<Record<string, Act>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((act) => typeof act === 'function')
  );
}
