/** A real nginx with deploy/compose/nginx.conf, in front of servers of the tests. */
import { type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { eventually } from '../support/time/eventually.ts';
import { ROOT } from './reading.ts';

export interface NginxOptions {
  readonly program: string;
  /** The folder of the certificate and its key. */
  readonly secrets: string;
  /** The two it listens on: TLS, and what leads there. */
  readonly ports: readonly [tls: number, plain: number];
  /** The ports of the two instances. */
  readonly instances: readonly [number, number];
}

export interface Nginx {
  /** Gives the log so far. */
  log(): string;
  stop(): Promise<void>;
}

/** As it is shipped, but for names and places of the containers. */
function configuration({ secrets, ports, instances }: NginxOptions, folder: string): string {
  return readFileSync(join(ROOT, 'deploy/compose/nginx.conf'), 'utf8')
    .replace('doublelock-1:3000', `127.0.0.1:${instances[0]}`)
    .replace('doublelock-2:3000', `127.0.0.1:${instances[1]}`)
    .replace('listen 8443', `listen 127.0.0.1:${ports[0]}`)
    .replace('localhost:8443', `localhost:${ports[0]}`)
    .replace('listen 8080', `listen 127.0.0.1:${ports[1]}`)
    .replaceAll('/tmp/', `${folder}/`)
    .replaceAll('/run/secrets/', `${secrets}/`);
}

export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'doublelock-nginx-'));
  // Its workers are another user's.
  chmodSync(folder, 0o755);
  const file = join(folder, 'nginx.conf');
  const words = ['-p', folder, '-c', file];
  writeFileSync(file, configuration(options, folder));

  // It opens its standard output by name, which a pipe of Node.js does not allow.
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const stdio: StdioOptions = ['ignore', output, output];
  const tested = spawnSync(options.program, [...words, '-t'], { stdio });
  if (tested.status !== 0) throw new Error(readFileSync(log, 'utf8'));
  const child = spawn(options.program, [...words, '-g', 'daemon off;'], { stdio });
  const ended = once(child, 'exit');
  await eventually(async () => {
    const socket = connect(options.ports[0], '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  });
  return {
    log: () => readFileSync(log, 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Tunnel {
  /** Spoken to without TLS. */
  readonly origin: string;
  close(): void;
}

/** Speaks TLS for a visitor who cannot, and believes this certificate alone. */
export async function startTunnel(port: number, certificate: string): Promise<Tunnel> {
  const server = createServer((near) => {
    const far = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: certificate });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
