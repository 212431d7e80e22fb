/** Whether a sign-in costs the same however many accounts and live sessions there are. */
import { WARM_UP } from './compare.ts';
import { cpuMsPerFlow, driveSignIns, flowsPerSecond, percentile, type Round } from './load.ts';
import { createPeople } from './people.ts';
import { makePlace } from './seed.ts';
import { startServer } from './servers.ts';
import type { Place } from './settings.ts';

export interface Grown {
  /** The number of accounts, and of live sessions. */
  readonly size: number;
  readonly flowsPerSecond: number;
  readonly cpuMsPerFlow: number;
  /** Milliseconds until the slowest of 20 answers. */
  readonly p95: number;
  readonly readyMs: number;
  readonly idleMiB: number;
}

/** Without the hash, beside which nothing of this could be seen. */
export async function grow(
  size: number,
  servers: Place['servers'],
  core: number | null,
  round: Round,
  warmUp: Partial<Round> = {},
): Promise<Grown> {
  const place = await makePlace({ accounts: size, sessions: size, readers: 0 }, servers);
  try {
    const server = await startServer('doublelock', 'none', place, core);
    try {
      const people = createPeople(size, Date.now);
      await driveSignIns(server, people, { ...round, ...WARM_UP, ...warmUp });
      const { tally } = await driveSignIns(server, people, round);
      const { readyMs, idleMiB } = server;
      return {
        size,
        flowsPerSecond: flowsPerSecond(tally),
        cpuMsPerFlow: cpuMsPerFlow(tally),
        p95: percentile([...tally.steps.values()].flat(), 0.95),
        readyMs,
        idleMiB,
      };
    } finally {
      await server.stop();
    }
  } finally {
    place.remove();
  }
}
