/** Doublelock beside the bare provider: started together on one processor, driven in turn on the same stores. */
import { driveSessions, driveSignIns, joined, type Round, type SignedIn, type Tally } from './load.ts';
import type { People } from './people.ts';
import { type FlowTraces, traceFlows } from './round-trips.ts';
import type { Hash, Product } from './serve.ts';
import { type Server, startServer } from './servers.ts';
import type { Place } from './settings.ts';

export interface Setting {
  readonly place: Place;
  /** With an authenticator app. */
  readonly people: People;
  /** The people whose second factor is a code by mail. */
  readonly readers: People;
  /** The core that the server is pinned to; null: the kernel chooses. */
  readonly core: number | null;
  readonly rounds: number;
  readonly round: Round;
  /** Default: long enough for the compiler. */
  readonly warmUp?: Partial<Round>;
}

export type Pair<T> = Readonly<Record<Product, T>>;

export interface Comparison {
  readonly hash: Hash;
  readonly signIn: Pair<Tally>;
  /** The same with a code by mail. */
  readonly mailed: Pair<Tally>;
  /** With a live session: no password is given there, and so it is measured once, without the hash. */
  readonly again: Pair<Tally> | null;
  readonly memory: Pair<{ readonly readyMs: number; readonly idleMiB: number; readonly afterMiB: number }>;
}

const PRODUCTS: readonly Product[] = ['doublelock', 'bare'];
/** Sign-ins until a server's code is compiled (measured: after 200 it still is), and the seconds they may take. */
export const WARM_UP = { flows: 600, seconds: 20 };
/** Most of what a code by mail needs is compiled by then. */
const MAILED_SHARE = 0.25;
/** A sign-in with a live session is so much cheaper that less time gives as good a number. */
const AGAIN_SHARE = 0.4;

export async function compare(hash: Hash, setting: Setting): Promise<Comparison> {
  const { place, people, readers, core, rounds, round } = setting;
  const servers: Server[] = [];
  try {
    // One after the other: each is timed until it is ready.
    for (const product of PRODUCTS) servers.push(await startServer(product, hash, place, core));
    const runs = servers.map((server) => ({
      server,
      signIns: [] as Tally[],
      mailed: [] as Tally[],
      again: [] as Tally[],
      sessions: [] as SignedIn[],
    }));
    for (const { server } of runs) {
      const warmUp = { ...round, ...WARM_UP, ...setting.warmUp };
      await driveSignIns(server, people, warmUp);
      await driveSignIns(server, readers, { ...warmUp, flows: Math.ceil(warmUp.flows * MAILED_SHARE) });
    }
    for (let turn = 0; turn < rounds; turn += 1) {
      for (const run of runs) {
        const { tally, sessions } = await driveSignIns(run.server, people, round);
        run.signIns.push(tally);
        run.sessions.push(...sessions);
      }
      for (const { server, mailed } of runs) mailed.push((await driveSignIns(server, readers, round)).tally);
      for (const { server, again, sessions } of hash === 'none' ? runs : []) {
        again.push(await driveSessions(server, sessions, { ...round, seconds: round.seconds * AGAIN_SHARE }));
      }
    }
    return {
      hash,
      signIn: pairOf(runs.map(({ signIns }) => joined(signIns))),
      mailed: pairOf(runs.map(({ mailed }) => joined(mailed))),
      again: hash === 'none' ? pairOf(runs.map(({ again }) => joined(again))) : null,
      memory: pairOf(
        servers.map(({ readyMs, idleMiB, residentMiB }) => ({ readyMs, idleMiB, afterMiB: residentMiB() })),
      ),
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

export type Traces = Pair<FlowTraces>;

export async function traceBoth(setting: Pick<Setting, 'place' | 'people' | 'readers'>): Promise<Traces> {
  const traces = [];
  for (const product of PRODUCTS) traces.push(await traceFlows(product, setting));
  return pairOf(traces);
}

/** In the order of `PRODUCTS`. */
function pairOf<T>([doublelock, bare]: readonly T[]): Pair<T> {
  if (doublelock === undefined || bare === undefined) throw new Error('one of the two is missing');
  return { doublelock, bare };
}
