/** Two processes of the product behind a balancer, with all that a fault can do to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { type Balancer, startBalancer } from '../../test/support/process/balancer.ts';
import { freePort } from '../../test/support/process/free-port.ts';
import { type Browser, createBrowser } from '../browser.ts';
import { configOf, HOST, type Place } from '../settings.ts';
import type { Order, Used } from './preload.ts';

export interface Instance {
  /** SIGKILL, and a new process on the same port. Resolves when that is ready. */
  killAndRestart(): Promise<void>;
  /** Nobody reads its log until `readLog`. */
  stopReadingLog(): void;
  readLog(): void;
  /** Its clock goes this many milliseconds ahead of the machine's; 0 takes it back. */
  setAhead(aheadMs: number): void;
  /** MiB in use after its garbage was collected. */
  usedMiB(): Promise<number>;
}

export interface Group {
  readonly instances: readonly [Instance, Instance];
  /** A browser, each request of which goes to any of the two. */
  browser(): Browser;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PRELOAD = new URL('preload.ts', import.meta.url).href;
/** Milliseconds: a machine with other work to do starts a process more slowly. */
const READY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 20;

/** `seed` is of the balancer's choices. */
export async function startGroup(place: Place, seed: number): Promise<Group> {
  const balancer = await startBalancer(seed);
  const ports = [await freePort(), await freePort()] as const;
  const live = new Set<number>(ports);
  const turn = (port: number, isUp: boolean): void => {
    if (isUp) live.add(port);
    else live.delete(port);
    balancer.leadTo([...live]);
  };
  const [first, second] = await Promise.all(ports.map((port) => startInstance(port, place, balancer, turn)));
  if (!first || !second) throw new Error('there are two ports');
  turn(ports[0], true);
  const agent = new Agent({ keepAlive: true });
  return {
    instances: [first, second],
    browser: () => createBrowser(balancer.origin, agent),
    async stop() {
      await Promise.all([first.stop(), second.stop()]);
      agent.destroy();
      balancer.close();
    },
  };
}

async function startInstance(
  port: number,
  place: Place,
  { origin }: Pick<Balancer, 'origin'>,
  turn: (port: number, isUp: boolean) => void,
): Promise<Instance & { stop(): Promise<void> }> {
  const file = join(place.dataDir, `config-${port}.yaml`);
  const listen = { host: HOST, port, trusted_proxies: 1 };
  writeFileSync(file, stringify({ ...configOf(port, place), issuer: origin, listen }));
  let child = await started(port, file);

  async function end(): Promise<void> {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  return {
    async killAndRestart() {
      await end();
      turn(port, false);
      child = await started(port, file);
      turn(port, true);
    },
    stopReadingLog: () => void child.stdout?.pause(),
    readLog: () => void child.stdout?.resume(),
    setAhead: (aheadMs) => void send(child, { aheadMs }),
    async usedMiB() {
      const answer = once(child, 'message');
      send(child, 'memory');
      const [{ usedMiB }]: [Used] = (await answer) as [Used];
      return usedMiB;
    },
    stop: end,
  };
}

function send(child: ChildProcess, order: Order): void {
  child.send(order);
}

async function started(port: number, file: string): Promise<ChildProcess> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['--require', './preload.cjs', '--import', PRELOAD, 'src/main.ts'], {
    cwd: ROOT,
    env: { PATH, HOME, DOUBLELOCK_CONFIG: file, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout?.resume();
  await ready(child, createBrowser(`http://${HOST}:${port}`, new Agent()));
  return child;
}

async function ready(child: ChildProcess, browser: Browser): Promise<void> {
  const limit = performance.now() + READY_WITHIN_MS;
  while (performance.now() < limit) {
    // A store that is away keeps it from being ready, and not from being alive.
    const { status } = await browser.open('/health/live').catch(() => ({ status: 0 }));
    if (status === 200) return;
    if (child.exitCode !== null) throw new Error('the program ended before it could be asked');
    await pause(ASK_EVERY_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`the program was not alive within ${READY_WITHIN_MS} ms`);
}
