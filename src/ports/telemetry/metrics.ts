/** Counters and timings of the running product. Labels name kinds of things, never people. */
import type { AuditEntry } from '../../domain/events.ts';
import type { Message } from '../senders.ts';

export interface Metrics {
  /** One line of the audit trail: sign-ins, attempts and lock-outs by outcome and method. */
  event(entry: AuditEntry): void;
  /** A message that will not arrive: no transport took it, or one gave it up in the end. */
  undelivered(channel: Message['channel']): void;
  /** By how many milliseconds this process is ahead of the clock of a store. */
  clockAhead(store: string, ms: number): void;
  /** Reads how busy the connections to a store are, each time that the metrics are read. */
  pressure(of: StorePressure): void;
  /** The end of a session, for one application: whether that was told in the end. */
  logout(outcome: 'told' | 'not_told'): void;
  /** A request that was refused since too many began something from its network. */
  throttled(endpoint: string): void;
  /** One answered request; `path` is a pattern without identifiers. */
  request(of: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly ms: number;
  }): void;
  /** For one kind of act of a store: what to call after each, with whether it was done and the milliseconds it took. */
  storeAct(of: { readonly store: string; readonly act: string }): (ok: boolean, ms: number) => void;
  /** All of it, as Prometheus reads it. */
  exposition(): Promise<{ readonly type: string; readonly text: string }>;
}

/** How busy the connections of this process to a store are. */
export interface Pressure {
  /** The most connections that it opens. */
  readonly limit: number;
  /** The acts that hold one now. */
  readonly inUse: number;
  /** The acts that wait for one now. */
  readonly waiting: number;
  /** The acts that got none, since the start. */
  readonly refused: number;
}

export interface StorePressure {
  /** The name of its kind, for operators. */
  readonly store: string;
  read(): Pressure;
}
