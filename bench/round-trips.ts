/**
 * Counts what one sign-in asks of the stores: how often, and how often one after the other. Each act is made to take a
 * turn of the event loop, as if the store were elsewhere; acts that are under way together are one round trip.
 */
import { Agent } from 'node:http';
import { startServer } from '../src/http/server/lifecycle.ts';
import { freePort } from '../test/support/process/free-port.ts';
import { createStoreActs, roundTrips, type StoreAct } from '../test/support/stores/store-acts.ts';
import { createBrowser } from './browser.ts';
import { createFlows } from './flows.ts';
import { withoutHash } from './hasher.ts';
import type { People } from './people.ts';
import { CREATE, type Product } from './serve.ts';
import { HOST, type Place, readConfig, writeConfig } from './settings.ts';

export interface Trace {
  readonly acts: readonly StoreAct[];
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
  'mailOutbox',
]);
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
  const recorder = createStoreActs();
  const { handler, close } = await CREATE[product](config, { hasher: withoutHash, watch: recorder.around });
  const server = await startServer({ handler, ...config.listen, log: () => {} });
  const agent = new Agent({ keepAlive: true });
  try {
    const [person, reader] = [people.next(), readers.next()];
    if (!person || !reader) throw new Error('nobody is left who could sign in');
    const newFlows = () => createFlows(createBrowser(`http://${HOST}:${port}`, agent), () => {});
    const flows = newFlows();
    // The calls of the start do not count.
    recorder.take();
    await flows.signIn(person);
    const signIn = traceOf(recorder.take());
    await flows.signInAgain(person);
    const again = traceOf(recorder.take());
    await newFlows().signIn(reader);
    return { signIn, again, mailed: traceOf(recorder.take()) };
  } finally {
    agent.destroy();
    await server.stop({ deadlineMs: 0 });
    await close();
  }
}

function traceOf(acts: readonly StoreAct[]): Trace {
  const reads = acts.filter(({ store, act }) => ACCOUNTS.has(store) && READS.test(act));
  return { acts, sequential: roundTrips(acts), accountsReads: roundTrips(reads) };
}

/** By store and act, the most frequent first. */
export function countsOf(acts: readonly StoreAct[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { store, act } of acts) {
    const name = `${store}.${act}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a);
}
