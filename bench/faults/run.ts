/** One run: people sign in without a pause, and every so often something breaks. */
import { setTimeout as pause } from 'node:timers/promises';
import { openStores } from '../../src/compose/parts.ts';
import { createPeople, type People } from '../people.ts';
import { emailOf, makePlace } from '../seed.ts';
import { type Place, readConfig, writeConfig } from '../settings.ts';
import { FAULTS, type Fault } from './faults.ts';
import { type Group, startGroup } from './group.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { troubled } from './stores.ts';
import type { Logged, MemoryAt, Result } from './verdict.ts';
import { createVisits } from './visits.ts';

export interface RunOptions {
  readonly signIns: number;
  readonly accounts: number;
  readonly concurrency: number;
  /** Milliseconds from the beginning of one fault to that of the next. */
  readonly everyMs: number;
  readonly seed: number;
  readonly servers: Place['servers'];
  /** In turn; default: all that there are. */
  readonly faults?: readonly Fault[];
  /** Told at the beginning of each fault. */
  readonly progress: (line: Progress) => void;
}

export interface Progress {
  readonly seconds: number;
  readonly signIns: number;
  readonly fault: string;
  readonly usedMiB: number;
  /** So far. */
  readonly errors: number;
}

/** One sign-in of so many is watched: its code is offered twice, and its password alone tries to be enough. */
const WATCHED_EVERY = 10;
/** The most lines of an account that are read from the audit log. */
const MOST_LINES = 10_000;
/** How many accounts are compared with the audit log. */
const COMPARED = 500;

export async function runWithFaults(options: RunOptions): Promise<Result> {
  const { faults = FAULTS } = options;
  const seeded = await makePlace({ accounts: options.accounts, sessions: 0, readers: 0 }, options.servers);
  try {
    const { place, trouble, close } = await troubled(seeded);
    const group = await startGroup(place, options.seed);
    const begunMs = performance.now();
    const elapsed = () => performance.now() - begunMs;
    const ledger = createLedger(elapsed);
    const memory: MemoryAt[] = [];
    try {
      const load = startLoad(group, ledger, options);
      await breakThings();
      await load.done;

      async function breakThings(): Promise<void> {
        for (let turn = 0; ; turn += 1) {
          const fault = faults[turn % faults.length];
          await Promise.race([load.done, pause(options.everyMs, undefined, { ref: false })]);
          if (!fault || load.signIns() >= options.signIns) return;
          const usedMiB = await group.instances[0].usedMiB();
          memory.push({ atMs: elapsed(), usedMiB });
          const seconds = Math.round(elapsed() / 1000);
          const errors = ledger.read().errors.length;
          options.progress({ seconds, signIns: load.signIns(), fault: fault.name, usedMiB, errors });
          const end = ledger.faultBegins(fault.name);
          await fault.happen(group, trouble);
          end(elapsed());
        }
      }
    } finally {
      await group.stop();
      await close();
    }
    const endedMs = elapsed();
    return { seen: ledger.read(), logged: await readAudit(seeded, options.accounts), memory, endedMs };
  } finally {
    seeded.remove();
  }
}

function startLoad(group: Group, ledger: Ledger, { signIns, accounts, concurrency }: RunOptions) {
  const visits = createVisits(group.browser, ledger);
  const people: People = createPeople(accounts, Date.now);
  let done = 0;
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (done < signIns) {
      const person = people.next();
      if (!person) {
        await pause(people.wait);
        continue;
      }
      begun += 1;
      const isWatched = begun % WATCHED_EVERY === 0;
      const isIn = await (isWatched ? visits.signInWatchfully(person) : visits.signIn(person));
      if (isIn) done += 1;
    }
  };
  return { signIns: () => done, done: Promise.all(Array.from({ length: concurrency }, lane)) };
}

/** By e-mail address, what the audit log says after everything has ended. */
async function readAudit(place: Place, accounts: number): Promise<Map<string, Logged>> {
  const stores = await openStores(readConfig(writeConfig(1, place), 'silent'));
  try {
    const logged = new Map<string, Logged>();
    for (let number = 0; number < Math.min(accounts, COMPARED); number += 1) {
      const email = emailOf(number);
      const account = await stores.accounts.findByEmail(email);
      if (!account) throw new Error(`${email} is gone`);
      const lines = await stores.audit.list({ accountId: account.id, limit: MOST_LINES });
      const count = (name: string) => lines.filter(({ event }) => event === name).length;
      logged.set(email, { completed: count('sign_in.completed'), accepted: count('second_factor.accepted') });
    }
    return logged;
  } finally {
    await stores.close();
  }
}
