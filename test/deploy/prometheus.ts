/** A real Prometheus that reads a server of the tests, with the files that come with the product. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/process/free-port.ts';
import { eventually } from '../support/time/eventually.ts';
import { ROOT } from './reading.ts';

const FILES = join(ROOT, 'deploy/prometheus');
/** Milliseconds that it may take to start. */
const READY_WITHIN_MS = 20_000;

/** One element of an instant vector: its labels, and its value at a time. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [at: number, value: string];
}

export interface Prometheus {
  /** Rejects with its own words where it does not understand the expression. */
  query(expression: string): Promise<readonly Sample[]>;
  /** The answer of one of its addresses under `/api/v1`. */
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Reads the server at this port as the first instance, each second; the second is away. */
export async function startPrometheus(program: string, target: number): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'doublelock-prometheus-'));
  const port = await freePort();
  const config = readFileSync(join(FILES, 'prometheus.yml'), 'utf8')
    .replace('doublelock-1:9464', `127.0.0.1:${target}`)
    .replace('doublelock-2:9464', `127.0.0.1:${await freePort()}`)
    .replaceAll('_interval: 15s', '_interval: 1s');
  writeFileSync(join(folder, 'prometheus.yml'), config);
  copyFileSync(join(FILES, 'alerts.yml'), join(folder, 'alerts.yml'));
  const child: ChildProcess = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');

  async function get<T>(path: string): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const answer = JSON.parse(await response.text());
    if (answer.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${answer.error}`);
    return answer.data;
  }

  await eventually(() => get('status/runtimeinfo'), READY_WITHIN_MS);
  return {
    get,
    query: async (expression) =>
      (await get<{ result: Sample[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
