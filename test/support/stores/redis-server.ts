/** A real redis-server for one suite, on a free port of this machine, that keeps nothing on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from '../process/free-port.ts';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** For what no adapter does: to look, to set up, to break. */
  readonly admin: Redis;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** SIGKILL: no goodbye to anybody. */
  kill(): Promise<void>;
}

export interface RedisServerOptions {
  readonly program: string;
  readonly port?: number;
  /** As in `redis.conf`: `maxmemory 5mb`. */
  readonly settings?: readonly string[];
  /** It watches other servers instead of keeping anything. */
  readonly isSentinel?: boolean;
}

/** Resolves when it says that it can be connected to. */
async function heardReady(child: ChildProcess, isSentinel: boolean): Promise<void> {
  if (!child.stdout) throw new Error('redis-server has no output');
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (line.includes(isSentinel ? 'Sentinel ID is' : 'Ready to accept connections')) return;
  }
  throw new Error(`redis-server ended: ${said.slice(-5).join('; ')}`);
}

export async function startRedisServer({
  program,
  port: wanted,
  settings = [],
  isSentinel = false,
}: RedisServerOptions): Promise<RedisServer> {
  const port = wanted ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'doublelock-redis-'));
  const file = join(folder, 'redis.conf');
  const always = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    ...(isSentinel ? [] : ['save ""', 'repl-diskless-sync-delay 0']),
  ];
  writeFileSync(file, [...always, ...settings, ''].join('\n'));
  const child = spawn(program, [file, ...(isSentinel ? ['--sentinel'] : [])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  await heardReady(child, isSentinel);
  child.stdout.resume();
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 });
  admin.on('error', () => {});
  return {
    port,
    url,
    admin,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      admin.disconnect();
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Called in a `describe` that starts servers: those it started end with each test. */
export function redisServers(
  program: string,
): (options?: Omit<RedisServerOptions, 'program'>) => Promise<RedisServer> {
  let servers: RedisServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    servers = [];
  });
  return async (options = {}) => {
    const server = await startRedisServer({ program, ...options });
    servers.push(server);
    return server;
  };
}

/** Fills a server that has a `maxmemory` in ever smaller pieces; gives its refusal of the smallest. */
export async function fillUp({ admin }: RedisServer): Promise<string> {
  let refusal = '';
  for (let bytes = 2 ** 18; bytes >= 1; bytes /= 2) {
    for (refusal = ''; refusal === ''; ) {
      await admin.append('filling', 'x'.repeat(bytes)).catch((error: Error) => {
        refusal = error.message;
      });
    }
  }
  return refusal;
}
