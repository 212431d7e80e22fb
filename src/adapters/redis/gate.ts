/** Lets acts through to a server that was examined since it was connected to, and holds them back until then. */
import { Cluster } from 'ioredis';
import { StoreUnavailable } from '../../ports/faults.ts';
import { type Client, PATIENCE_MS } from './client.ts';
import { isRefusedLogin, NotPrimary, reasonOf, Unfit } from './faults.ts';
import { examine } from './server-check.ts';
import { within } from './waiting.ts';

export interface Gate {
  readonly isOpen: boolean;
  /**
   * Waits until it is open. Rejects with `StoreUnavailable` after so many milliseconds; at once when the server is unfit
   * or has been away for as long as anybody waits.
   */
  passed(milliseconds: number): Promise<void>;
  /**
   * For who learns that a connection is broken before the client says so: whether the gate is shut now, and the next
   * connection opens it again. In a cluster one connection is not all.
   */
  isShutByBreak(): boolean;
  /** Examines the server again. Rejects when it is not fit now, or does not tell. */
  look(): Promise<void>;
  /** Settles once: rejects with `Unfit`; a server that cannot be reached may come later. */
  readonly started: Promise<void>;
  stop(): void;
}

/** In milliseconds: how long the start waits for a server that does not even refuse. */
const START_MS = 2000;
/** In milliseconds: how often a server that was found unfit is looked at again. */
const LOOK_AGAIN_MS = 1000;
/** In milliseconds: how long a server that tells nothing, or is a replica, is left alone before the next connection. */
const CONNECT_AGAIN_MS = 200;

/** A cluster names the fault of its nodes in a property. */
function originOf(error: Error): Error {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
}

export function createGate(client: Client): Gate {
  const started = Promise.withResolvers<void>();
  const startedLate = setTimeout(started.resolve, START_MS).unref();
  let opening = Promise.withResolvers<void>();
  let isOpen = false;
  let unfit: Unfit | null = null;
  let lastFault = 'not connected';
  let shutSince = performance.now();
  let again: NodeJS.Timeout | undefined;
  /** Counts looks and connections: what a look finds out about an earlier connection is of no use. */
  let turn = 0;

  function open(): void {
    unfit = null;
    isOpen = true;
    opening.resolve();
    started.resolve();
  }

  function shut(): void {
    if (!isOpen) return;
    isOpen = false;
    opening = Promise.withResolvers<void>();
    shutSince = performance.now();
  }

  function refuse(error: Unfit): void {
    shut();
    unfit = error;
    started.reject(error);
    again = setTimeout(() => look().catch(() => {}), LOOK_AGAIN_MS).unref();
  }

  async function look(): Promise<void> {
    turn += 1;
    const mine = turn;
    clearTimeout(again);
    try {
      await examine(client);
      if (mine === turn) open();
    } catch (error) {
      if (mine !== turn) throw error;
      if (error instanceof Unfit) refuse(error);
      else if (!isOpen || error instanceof NotPrimary) leave(error);
      throw error;
    }
  }

  function leave(error: unknown): void {
    shut();
    lastFault = reasonOf(error);
    started.resolve();
    again = setTimeout(() => client.disconnect(true), CONNECT_AGAIN_MS).unref();
  }

  function forget(): void {
    turn += 1;
    clearTimeout(again);
    unfit = null;
    shut();
  }

  function note(error: Error): void {
    const origin = originOf(error);
    lastFault = reasonOf(origin);
    if (isRefusedLogin(origin)) started.reject(new Unfit(`Redis refuses the login: ${lastFault}`));
    else started.resolve();
  }

  client.on('ready', () => look().catch(() => {}));
  client.on('+node', () => (isOpen ? look().catch(() => {}) : undefined));
  client.on('close', forget);
  client.on('error', note);

  return {
    get isOpen() {
      return isOpen;
    },
    async passed(milliseconds) {
      if (unfit) throw new StoreUnavailable(unfit.message);
      const left = Math.min(milliseconds, PATIENCE_MS - (performance.now() - shutSince));
      if (left <= 0) throw new StoreUnavailable(`Redis: ${lastFault}`);
      await within(left, opening.promise, () => `Redis: ${lastFault}`);
    },
    isShutByBreak() {
      if (!(client instanceof Cluster)) shut();
      return !isOpen;
    },
    look,
    started: started.promise.finally(() => clearTimeout(startedLate)),
    stop() {
      forget();
      lastFault = 'closed';
      shutSince = Number.NEGATIVE_INFINITY;
    },
  };
}
