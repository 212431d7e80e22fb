/**
 * Records every act of every store, in the order of begin and end. Each act takes a turn of the event loop, as if the
 * store were on another machine. Acts that are under way together therefore overlap.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Stores } from '../../../src/compose/parts.ts';

/** Begin and end are positions in the order of all events. */
export interface StoreAct {
  readonly store: string;
  readonly act: string;
  readonly begin: number;
  readonly end: number;
}

type Run = (...given: readonly unknown[]) => Promise<unknown>;

export interface StoreActs {
  around<S extends Stores>(stores: S): S;
  /** The acts since the last call. */
  take(): readonly StoreAct[];
}

export function createStoreActs(): StoreActs {
  const acts: StoreAct[] = [];
  let order = 0;

  function recorded(store: string, act: string, run: Run): Run {
    return async (...given) => {
      order += 1;
      const begin = order;
      await turn();
      try {
        return await run(...given);
      } finally {
        await turn();
        order += 1;
        acts.push({ store, act, begin, end: order });
      }
    };
  }

  return {
    around(stores) {
      const entries = Object.entries<unknown>({ ...stores }).map(([store, acted]) => {
        // `close`, `ping` and `sweep` stand beside the stores.
        if (typeof acted !== 'object' || acted === null) return [store, acted];
        const runs = Object.entries(acted as Readonly<Record<string, Run>>);
        return [store, Object.fromEntries(runs.map(([act, run]) => [act, recorded(store, act, run)]))];
      });
      return Object.fromEntries(entries);
    },
    take: () => acts.splice(0),
  };
}

/** The length of the longest chain of acts in which each begins after the one before has ended. */
export function roundTrips(acts: readonly Pick<StoreAct, 'begin' | 'end'>[]): number {
  let length = 0;
  let free = 0;
  for (const { begin, end } of acts.toSorted((a, b) => a.end - b.end)) {
    if (begin <= free) continue;
    length += 1;
    free = end;
  }
  return length;
}
