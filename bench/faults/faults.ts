/** The faults of a run, one at a time: a process, the way to a store, the disk, the clock, the reader of the log. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Group } from './group.ts';
import type { StoreTrouble } from './stores.ts';

export interface Fault {
  readonly name: string;
  /** Resolves when it is over. */
  happen(group: Group, stores: StoreTrouble): Promise<void>;
}

/** Milliseconds for which a store is away. */
const AWAY_MS = 5000;
/** Milliseconds for which the disk is slow, and what each write waits for then. */
const SLOW_MS = 10_000;
const SLOW_BY_MS = 100;
/** Milliseconds that a clock goes ahead: less than a time step of an authenticator app. */
const AHEAD_MS = 20_000;
const AHEAD_FOR_MS = 10_000;
/** Milliseconds: at full load the log fills its pipe in less. */
const UNREAD_MS = 15_000;

/** The second process alone is killed, so that the memory of the first can be followed from start to end. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'a process is killed and started again',
    happen: ({ instances: [, second] }) => second.killAndRestart(),
  },
  {
    name: 'the stores are cut off',
    async happen(_, stores) {
      const mend = stores.cut();
      await pause(AWAY_MS);
      mend();
    },
  },
  {
    name: 'the disk is slow',
    async happen(_, stores) {
      const mend = stores.slow(SLOW_BY_MS);
      await pause(SLOW_MS);
      mend();
    },
  },
  {
    name: 'a clock steps ahead, and back',
    async happen({ instances: [first] }) {
      first.setAhead(AHEAD_MS);
      await pause(AHEAD_FOR_MS);
      first.setAhead(0);
    },
  },
  {
    name: 'nobody reads the log',
    async happen({ instances: [first] }) {
      first.stopReadingLog();
      await pause(UNREAD_MS);
      first.readLog();
    },
  },
];
