/** Starts the servers that are measured, each as a process of its own on its own processor. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import type { Profiler } from 'node:inspector';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/support/process/free-port.ts';
import { type Browser, createBrowser } from './browser.ts';
import { cpuMs, residentMiB } from './process.ts';
import type { AtRest, Hash, Order, Product } from './serve.ts';
import { HOST, type Place, writeConfig } from './settings.ts';

export interface Server {
  readonly product: Product;
  readonly hash: Hash;
  readonly readyMs: number;
  readonly idleMiB: number;
  cpuMs(): number;
  residentMiB(): number;
  browser(): Browser;
  /** By store and act, how often; empty where it does not count. */
  storeActs(): Promise<ReadonlyMap<string, number>>;
  /** For a server without the hash. */
  atRest(): Promise<AtRest>;
  /** Likewise. */
  startProfile(): Promise<void>;
  endProfile(): Promise<Profiler.Profile>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Which address answers 200 once there is somebody to serve. */
const READY = { doublelock: '/health/ready', bare: '/.well-known/openid-configuration' } as const;
const READY_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 5;
/** Milliseconds in which a process that has just started comes to rest. */
const SETTLED_MS = 500;

/** `core`: null leaves it to the kernel. */
export async function startServer(
  product: Product,
  hash: Hash,
  place: Place,
  core: number | null,
): Promise<Server> {
  const port = await freePort();
  const origin = `http://${HOST}:${port}`;
  const file = writeConfig(port, place);
  // The product with its hash is the program that `npm start` runs, and nothing of the bench's.
  const itself = product === 'doublelock' && hash === 'argon2id';
  const program = itself ? ['src/main.ts'] : ['bench/serve.ts', product, hash, file];
  const words = [process.execPath, '--require', './preload.cjs', ...program];
  const [command = '', ...rest] = core === null ? words : ['taskset', '-c', String(core), ...words];
  const { PATH, HOME } = process.env;
  const begun = performance.now();
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: { PATH, HOME, DOUBLELOCK_CONFIG: file },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const agent = new Agent({ keepAlive: true });
  await ready(child, createBrowser(origin, agent), READY[product]);
  const readyMs = performance.now() - begun;
  await pause(SETTLED_MS);
  const pid = child.pid ?? 0;
  return {
    product,
    hash,
    readyMs,
    idleMiB: residentMiB(pid),
    cpuMs: () => cpuMs(pid),
    residentMiB: () => residentMiB(pid),
    browser: () => createBrowser(origin, agent),
    async storeActs() {
      if (product === 'bare') return new Map();
      return countsOf((await createBrowser(origin, agent).open('/metrics')).text);
    },
    atRest: () => ask<AtRest>(child, 'at rest'),
    async startProfile() {
      await ask(child, 'start profile');
    },
    endProfile: () => ask<Profiler.Profile>(child, 'end profile'),
    async stop() {
      agent.destroy();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The answer of a server of the bench's own. */
async function ask<T>(child: ChildProcess, order: Order): Promise<T> {
  const answer = once(child, 'message');
  child.send(order);
  const [answered] = await answer;
  return answered as T;
}

async function ready(child: ChildProcess, browser: Browser, path: string): Promise<void> {
  const limit = performance.now() + READY_WITHIN_MS;
  while (performance.now() < limit) {
    const { status } = await browser.open(path).catch(() => ({ status: 0 }));
    if (status === 200) return;
    if (child.exitCode !== null) throw new Error('the server ended before it could be asked');
    await pause(ASK_EVERY_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`the server was not ready within ${READY_WITHIN_MS} ms`);
}

const COUNT = /^doublelock_store_duration_seconds_count\{store="(\w+)",act="(\w+)",[^}]*\} (\d+)$/gm;

function countsOf(exposition: string): ReadonlyMap<string, number> {
  const found = [...exposition.matchAll(COUNT)].map(
    ([, store, act, count]) => [`${store}.${act}`, Number(count)] as const,
  );
  return new Map(found);
}
