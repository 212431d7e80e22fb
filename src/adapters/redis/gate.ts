/**
 * Holds commands back until the server behind the present connection was examined. The offline queue of ioredis can't do
 * that: it is flushed to a new connection before the server was examined. With that queue in place of the gate five outage
 * tests fail. An evicting server (R7) and a replica (R8) take commands. A refused login does not end the start. Each command
 * to a dead server waits its full time (R1).
 */
import { Cluster } from 'ioredis';
import { StoreUnavailable } from '../../ports/faults.ts';
import { type Client, PATIENCE_MS } from './client.ts';
import { isRefusedLogin, NotPrimary, reasonOf, Unfit } from './faults.ts';
import { examine } from './server-check.ts';
import { within } from './waiting.ts';

export interface Gate {
  readonly isOpen: boolean;
  /**
   * Waits until it is open. Rejects with `StoreUnavailable` after `milliseconds`. Rejects at once when the server is unfit,
   * or has been away for `PATIENCE_MS`: a command to a dead server does not wait again.
   */
  passed(milliseconds: number): Promise<void>;
  /**
   * Reports that a command met a broken connection, which the client itself may notice later. Returns whether the gate is
   * shut, so that the next connection opens it. In a cluster it stays open: other connections may be sound.
   */
  isShutByBreak(): boolean;
  /** Examines the server again. Rejects when it is unfit, or does not answer. */
  look(): Promise<void>;
  /** Rejects with `Unfit`. Resolves also when the server can't be reached within the time-outs of the client. */
  readonly started: Promise<void>;
  stop(): void;
}

/** Milliseconds between two examinations of an unfit server: an operator may have corrected its settings (R9). */
const LOOK_AGAIN_MS = 1000;
/** Milliseconds before the next connection after a replica or a silent server: its address may lead to another by then. */
const CONNECT_AGAIN_MS = 200;

/** A cluster wraps the error of its node. Without it a refused login would not be recognised. */
function originOf(error: Error): Error {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
}

export function createGate(client: Client): Gate {
  const started = Promise.withResolvers<void>();
  let opening = Promise.withResolvers<void>();
  let isOpen = false;
  let unfit: Unfit | null = null;
  let lastFault = 'not connected';
  let shutSince = performance.now();
  let again: NodeJS.Timeout | undefined;
  /** Numbers examinations and connections. The result of an examination on an earlier connection is ignored. */
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
  // A node that joins a cluster may evict, and would be examined by the next readiness check only.
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
    started: started.promise,
    stop() {
      forget();
      lastFault = 'closed';
      shutSince = Number.NEGATIVE_INFINITY;
    },
  };
}
