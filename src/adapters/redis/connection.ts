/** The connection of a process to Redis. An act is answered within a second, or refused as unavailable. */
import { Cluster } from 'ioredis';
import { type Client, createClient, PATIENCE_MS, type RedisAddress } from './client.ts';
import { asUnavailable, isBroken, isUnknownScript } from './faults.ts';
import { createGate } from './gate.ts';
import type { Script } from './script.ts';
import { within } from './waiting.ts';

export type Argument = string | number;

export interface Connection {
  /** A key cannot be followed to another one in a single act: they may be on different nodes. */
  readonly isCluster: boolean;
  /** A command, sent once more when the connection broke before the reply: done twice it must be as done once. */
  send(command: string, ...args: readonly Argument[]): Promise<unknown>;
  /** A script, likewise. Its keys have one hash tag. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  /** Rejects with `StoreUnavailable` when the server does not answer or is not fit now. */
  examine(): Promise<void>;
  /** Rejects with one line for the operator when the server is not fit; it may be away. */
  readonly started: Promise<void>;
  close(): void;
}

/**
 * Commands of one turn of the event loop leave in one write, at half the CPU of a write each (measured). The
 * client's own auto-pipelining is off: there a command waits for the replies to all that were sent before it.
 */
function createGathering(client: Client): () => void {
  if (client instanceof Cluster) return () => {};
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    const { stream } = client;
    stream.cork();
    setImmediate(() => {
      isGathering = false;
      stream.uncork();
    });
  };
}

export function connect(url: RedisAddress): Connection {
  const client = createClient(url);
  const isCluster = client instanceof Cluster;
  const gate = createGate(client);
  const loadSnapshot = createGathering(client);
  const seen = new Set<string>();
  client.on('close', () => seen.clear());

  function call(command: string, args: readonly Argument[]): Promise<unknown> {
    loadSnapshot();
    return client.call(command, ...args);
  }

  async function evaluate({ sha, text }: Script, args: readonly Argument[]): Promise<unknown> {
    if (seen.has(sha)) {
      try {
        return await call('evalsha', [sha, ...args]);
      } catch (error) {
        if (!isUnknownScript(error)) throw error;
      }
    }
    seen.add(sha);
    return call('eval', [text, ...args]);
  }

  async function act(work: () => Promise<unknown>): Promise<unknown> {
    const began = performance.now();
    const left = () => PATIENCE_MS - (performance.now() - began);
    try {
      if (!gate.isOpen) await gate.passed(left());
      return await work();
    } catch (error) {
      // While other nodes of a cluster are there, its client has sent again by itself, to the one that has the slot.
      if (!isBroken(error) || !gate.isShutByBreak()) throw asUnavailable(error);
    }
    try {
      await gate.passed(left());
      return await within(left(), work());
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  return {
    isCluster,
    send: (command, ...args) => act(() => call(command, args)),
    run: (script, keys, args) => act(() => evaluate(script, [keys.length, ...keys, ...args])),
    async examine() {
      await act(() => gate.look());
    },
    started: gate.started,
    close() {
      gate.stop();
      client.disconnect();
    },
  };
}
