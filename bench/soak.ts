/** Whether a server that runs for long keeps its size: memory, handles and the keys of its short-lived store. */
import { setTimeout as pause } from 'node:timers/promises';
import { expireShortLived, shortLivedKeys } from './expiry.ts';
import { driveSignIns } from './load.ts';
import { createPeople } from './people.ts';
import { makePlace } from './seed.ts';
import { startServer } from './servers.ts';
import type { Place } from './settings.ts';

/** A server at rest, after its garbage was collected. */
export interface Level {
  readonly signIns: number;
  readonly residentMiB: number;
  readonly heapMiB: number;
  /** Sockets, timers and other resources that keep the event loop busy. */
  readonly handles: number;
  /** Open files and sockets of the process. */
  readonly descriptors: number;
}

export interface Soaked {
  readonly first: Level;
  readonly last: Level;
  /** In the short-lived store: before the first sign-in, after the last one, and after the life of all of them. */
  readonly keys: { readonly before: number; readonly full: number; readonly expired: number };
}

export interface SoakOptions {
  readonly signIns: number;
  readonly accounts: number;
  readonly concurrency: number;
  readonly servers: Place['servers'];
  readonly core: number | null;
  /** Told now and then. */
  readonly progress: (level: Level) => void;
}

/** The level after this share of the sign-ins is the one that the last is compared with. */
const FIRST_SHARE = 0.1;
const LOOKS = 10;
/** The most that memory may grow after the first level. */
const MOST_GROWTH = 1.2;

export async function soak(options: SoakOptions): Promise<Soaked> {
  const { signIns, accounts, concurrency, servers, core, progress } = options;
  const place = await makePlace({ accounts, sessions: 0, readers: 0 }, servers);
  try {
    const before = await shortLivedKeys(place);
    const server = await startServer('doublelock', 'none', place, core);
    try {
      const people = createPeople(accounts, Date.now);
      const levels: Level[] = [];
      let done = 0;
      for (let look = 1; look <= LOOKS; look += 1) {
        const until = Math.ceil((signIns * look) / LOOKS);
        while (done < until) {
          if (people.fresh === 0) await pause(people.wait);
          const round = { seconds: Number.POSITIVE_INFINITY, flows: until - done, concurrency };
          done += (await driveSignIns(server, people, round)).tally.flows;
        }
        const level = { signIns: done, ...(await server.atRest()) };
        levels.push(level);
        progress(level);
      }
      const [first] = levels.filter((level) => level.signIns >= signIns * FIRST_SHARE);
      const last = levels.at(-1);
      if (!first || !last) throw new Error('there was no sign-in');
      const full = await shortLivedKeys(place);
      await expireShortLived(place);
      return { first, last, keys: { before, full, expired: await shortLivedKeys(place) } };
    } finally {
      await server.stop();
    }
  } finally {
    place.remove();
  }
}

/** One line for each thing that has grown; none: it keeps its size. `most`: how often the first level memory may be. */
export function growthIn({ first, last, keys }: Soaked, most = MOST_GROWTH): string[] {
  const faults: string[] = [];
  for (const which of ['residentMiB', 'heapMiB'] as const) {
    if (last[which] > first[which] * most)
      faults.push(`${which} has grown from ${first[which].toFixed(1)} to ${last[which].toFixed(1)}`);
  }
  for (const which of ['handles', 'descriptors'] as const) {
    if (last[which] > first[which]) faults.push(`${which} have grown from ${first[which]} to ${last[which]}`);
  }
  if (keys.expired > keys.before)
    faults.push(`${keys.expired - keys.before} keys of the short-lived store do not expire`);
  return faults;
}
