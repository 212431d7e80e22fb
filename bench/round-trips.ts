/**
 * Counts what one sign-in asks of the stores: how often, and how often one after the other. Each act is made to take a
 * turn of the event loop, as if the store were elsewhere; acts that are under way together are one round trip.
 */
import { Agent } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Stores } from '../src/compose/parts.ts';
import { startServer } from '../src/http/server/lifecycle.ts';
import { freePort } from '../test/support/process/free-port.ts';
import { createBrowser } from './browser.ts';
import { createFlows } from './flows.ts';
import { withoutHash } from './hasher.ts';
import type { People } from './people.ts';
import { CREATE, type Product } from './serve.ts';
import { HOST, type Place, readConfig, writeConfig } from './settings.ts';

/** One act of a store; begin and end are places in the order of everything that happened. */
export interface Act {
  readonly store: string;
  readonly act: string;
  readonly begin: number;
  readonly end: number;
}

export interface Trace {
  readonly acts: readonly Act[];
  /** How many acts follow upon each other in the longest chain. */
  readonly sequential: number;
  /** The same, of reads of the accounts store alone. */
  readonly accountsReads: number;
}

const ACCOUNTS = new Set([
  'accounts',
  'enrolments',
  'onceKeys',
  'lockouts',
  'records',
  'trustedBrowsers',
  'audit',
  'providerDurable',
]);
const SHORT_LIVED = new Set(['transactions', 'attempts', 'outbox', 'providerShortLived']);
const READS = /^(?:find|list|read|peek)/;

export interface FlowTraces {
  readonly signIn: Trace;
  /** With a live session. */
  readonly again: Trace;
  /** With a code by mail. */
  readonly mailed: Trace;
}

export async function traceFlows(
  product: Product,
  { place, people, readers }: { readonly place: Place; readonly people: People; readonly readers: People },
): Promise<FlowTraces> {
  const port = await freePort();
  const config = readConfig(writeConfig(port, place), 'silent');
  const acts: Act[] = [];
  const { handler, close } = await CREATE[product](config, { hasher: withoutHash, watch: watched(acts) });
  const server = await startServer({ handler, ...config.listen, log: () => {} });
  const agent = new Agent({ keepAlive: true });
  try {
    const [person, reader] = [people.next(), readers.next()];
    if (!person || !reader) throw new Error('nobody is left who could sign in');
    const newFlows = () => createFlows(createBrowser(`http://${HOST}:${port}`, agent), () => {});
    const flows = newFlows();
    // The calls of the start do not count.
    acts.length = 0;
    await flows.signIn(person);
    const signIn = traceOf(acts.splice(0));
    await flows.signInAgain(person);
    const again = traceOf(acts.splice(0));
    await newFlows().signIn(reader);
    return { signIn, again, mailed: traceOf(acts) };
  } finally {
    agent.destroy();
    await server.stop({ deadlineMs: 0 });
    await close();
  }
}

function watched(acts: Act[]): <S extends Stores>(stores: S) => S {
  let order = 0;

  type Run = (...given: readonly unknown[]) => Promise<unknown>;
  const watch = (store: string, act: string, run: Run): Run => {
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
  };

  return <S extends Stores>(stores: S): S => {
    const entries = Object.entries<unknown>({ ...stores }).map(([name, store]) => {
      if (!ACCOUNTS.has(name) && !SHORT_LIVED.has(name)) return [name, store];
      const runs = Object.entries(store as Readonly<Record<string, Run>>);
      return [name, Object.fromEntries(runs.map(([act, run]) => [act, watch(name, act, run)]))];
    });
    return Object.fromEntries(entries);
  };
}

function traceOf(acts: readonly Act[]): Trace {
  const reads = acts.filter(({ store, act }) => ACCOUNTS.has(store) && READS.test(act));
  return { acts, sequential: longestChain(acts), accountsReads: longestChain(reads) };
}

/** The most acts of which each begins after the one before has ended: those that end first, taken greedily. */
export function longestChain(acts: readonly Pick<Act, 'begin' | 'end'>[]): number {
  let length = 0;
  let free = 0;
  for (const { begin, end } of acts.toSorted((a, b) => a.end - b.end)) {
    if (begin <= free) continue;
    length += 1;
    free = end;
  }
  return length;
}

/** By store and act, the most frequent first. */
export function countsOf(acts: readonly Act[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { store, act } of acts) {
    const name = `${store}.${act}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a);
}
