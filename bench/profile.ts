/** Tells which parts of the program the processor works for during sign-ins, from a profile that V8 samples. */
import type { Profiler } from 'node:inspector';
import { WARM_UP } from './compare.ts';
import { driveSignIns, type Round, type Tally } from './load.ts';
import { createPeople } from './people.ts';
import { makePlace } from './seed.ts';
import { startServer } from './servers.ts';
import type { Place } from './settings.ts';

export interface Profiled {
  /** By part, the share of the processor time that the program used, from 0 to 1. */
  readonly parts: ReadonlyMap<string, number>;
  readonly tally: Tally;
}

interface ProfileOptions {
  readonly accounts: number;
  readonly round: Round;
  readonly servers: Place['servers'];
  readonly core: number | null;
  readonly warmUp?: Partial<Round>;
}

/** The product without the password hash, which would hide everything else. */
export async function profileSignIns(options: ProfileOptions): Promise<Profiled> {
  const { accounts, round, servers, core, warmUp } = options;
  const place = await makePlace({ accounts, sessions: 0, readers: 0 }, servers);
  try {
    const server = await startServer('doublelock', 'none', place, core);
    try {
      const people = createPeople(accounts, Date.now);
      await driveSignIns(server, people, { ...round, ...WARM_UP, ...warmUp });
      await server.startProfile();
      const { tally } = await driveSignIns(server, people, round);
      return { parts: partsOf(await server.endProfile()), tally };
    } finally {
      await server.stop();
    }
  } finally {
    place.remove();
  }
}

interface Frame {
  readonly name: string;
  /** Empty: code of V8 or of Node's binary. */
  readonly url: string;
}

/** The first one that fits. */
const PARTS: readonly { readonly name: string; readonly fits: (frame: Frame) => boolean }[] = [
  { name: 'garbage collection', fits: ({ name }) => name === '(garbage collector)' },
  { name: 'oidc-provider', fits: inPackage('oidc-provider') },
  { name: 'Koa and its router', fits: inPackage('koa', '@koa', 'koa-compose') },
  { name: 'other packages', fits: ({ url }) => url.includes('/node_modules/') },
  {
    name: 'SQLite, MongoDB and Redis',
    fits: inFolder('adapters/embedded', 'adapters/mongo', 'adapters/redis'),
  },
  { name: 'encryption and hashes', fits: inFolder('adapters/system') },
  { name: 'HTTP', fits: inFolder('http') },
  { name: 'the provider’s adapter and policy', fits: inFolder('oidc', 'plugin') },
  { name: 'use cases', fits: inFolder('use-cases') },
  { name: 'domain', fits: inFolder('domain') },
  {
    name: 'templates and words',
    fits: ({ url, name }) => inFolder('presentation')({ url, name }) || url.endsWith('.ejs'),
  },
  { name: 'the rest of the product', fits: ({ url }) => url.includes('/src/') },
  {
    name: 'Node: HTTP and sockets',
    fits: ({ url }) => /^node:(_?http|net|internal\/(http|stream|streams))/.test(url),
  },
];
/** Called by nobody else: timers, promises, the event loop. */
const NODE = 'Node itself';
const IDLE = ['(idle)'];

function inPackage(...names: readonly string[]) {
  return ({ url }: Frame) => names.some((name) => url.includes(`/node_modules/${name}/`));
}

function inFolder(...names: readonly string[]) {
  return ({ url }: Frame) => names.some((name) => url.includes(`/src/${name}/`));
}

/**
 * Work of Node counts for the function that calls it: SQLite for the store, OpenSSL for the cipher. Idle time counts
 * for nothing.
 */
export function partsOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const parentOf = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const frames = new Map(
    nodes.map(({ id, callFrame }) => [id, { name: callFrame.functionName, url: callFrame.url }]),
  );
  const times = new Map<string, number>();
  let all = 0;
  for (const [at, id] of samples.entries()) {
    const frame = frames.get(id);
    if (!frame || IDLE.includes(frame.name)) continue;
    const part = partAt(id);
    const time = timeDeltas[at] ?? 0;
    times.set(part, (times.get(part) ?? 0) + time);
    all += time;
  }
  return new Map([...times].map(([part, time]) => [part, time / all]));

  function partAt(id: number): string {
    for (let at: number | undefined = id; at !== undefined; at = parentOf.get(at)) {
      const frame = frames.get(at);
      if (!frame) break;
      const part = PARTS.find(({ fits }) => fits(frame));
      if (part) return part.name;
    }
    return NODE;
  }
}
