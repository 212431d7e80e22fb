/** The program itself as an operator starts it: a process of its own, with its files, its output and its signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { standardConfig, type Yaml } from '../support/app.ts';
import { freePort } from '../support/process/free-port.ts';
import { LOOPBACK } from '../support/process/raw-request.ts';
import { makeDataDir, removeDataDir } from '../support/stores/embedded.ts';
import { withoutNamedServers } from '../support/stores/named-servers.ts';
import { startStopwatch } from '../support/time/own-time.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The command of `npm start`. */
const START = [process.execPath, '--require', './preload.cjs', 'src/main.ts'];

/** Milliseconds that contract and operators allow: for being ready, and for having stopped. */
export const READY_WITHIN_MS = 5000;
export const STOPPED_WITHIN_MS = 5000;

/** For mocha, in milliseconds: a few programs are started, and may share the processors with other work. */
export const PATIENCE_MS = 120_000;
/** How often it is looked, in milliseconds, what a program waits for the processors. */
const LOOK_EVERY_MS = 50;

export type LogLine = Readonly<Record<string, unknown>>;

export interface ProgramOptions {
  /** Null: the built-in demo. */
  readonly config?: Yaml | null;
  /** Kept by who gave it. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The command that starts the program: a shell that limits it. */
  readonly by?: readonly string[];
  /** Instead of the program itself: npm. */
  readonly command?: readonly string[];
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds of our own since the signal that ended it, or since the start. */
  readonly after: number;
}

export interface Program {
  readonly origin: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Milliseconds of our own from the start until it said where it is. */
  readonly readyAfter: number;
  /** Everything it has written so far. */
  output(): { readonly out: string; readonly err: string };
  /** Its log so far: the lines of standard output that are JSON. */
  log(): LogLine[];
  /** Resolves once a log line of this event is there, more of them than there were; rejects when the program ends. */
  logged(event: string, count?: number): Promise<LogLine>;
  /** Writes the configuration anew, whole. */
  configure(config: Yaml | string): void;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM unless told otherwise. */
  stop(name?: NodeJS.Signals): Promise<Ending>;
  readonly ended: Promise<Ending>;
  visitor(): Visitor;
}

/** The standard tenants, accounts and clients at this port; `change` wins. */
export function configAt(port: number, change: Yaml = {}): Yaml {
  return {
    ...standardConfig(),
    issuer: `http://${LOOPBACK}:${port}`,
    listen: { host: LOOPBACK, port },
    ...change,
  };
}

/** Called in a `describe`: starts programs, and ends those that it started after each test, or after all with `after`. */
export function programs(when: (end: () => Promise<void>) => void = afterEach) {
  let running: { readonly program: Spawned; readonly folder: string }[] = [];

  when(async () => {
    await Promise.all(
      running.map(async ({ program, folder }) => {
        program.kill();
        await program.ended;
        removeDataDir(folder);
      }),
    );
    running = [];
  });

  async function launch(options: ProgramOptions): Promise<Spawned> {
    const folder = makeDataDir();
    const port = await freePort();
    const program = spawned(options, port, folder);
    running.push({ program, folder });
    return program;
  }

  return {
    /** Resolves once the program says where it is. Rejects with what it said when it ends instead. */
    async start(options: ProgramOptions = {}): Promise<Program> {
      const program = await launch(options);
      await program.ready;
      return program;
    },
    /** Started to fail: how it ended, and what it said. */
    async refused(options: ProgramOptions): Promise<Ending & { readonly out: string; readonly err: string }> {
      const program = await launch(options);
      return { ...(await program.ended), ...program.output() };
    },
  };
}

interface Spawned extends Program {
  readonly ready: Promise<void>;
  readonly kill: () => void;
}

function spawned(options: ProgramOptions, port: number, folder: string): Spawned {
  const dataDir = options.dataDir ?? join(folder, 'data');
  const file = join(folder, 'config.yaml');
  const own = options.config === null ? {} : { DOUBLELOCK_CONFIG: file };
  const configure = (config: Yaml | string): void =>
    writeFileSync(file, typeof config === 'string' ? config : stringify(config));
  if (options.config !== null) configure(configAt(port, options.config));

  const [command = '', ...words] = [...(options.by ?? []), ...(options.command ?? START)];
  const env = {
    ...withoutNamedServers(process.env),
    PORT: String(port),
    DATA_DIR: dataDir,
    ...own,
    ...options.env,
  };
  // npm starts others in turn: a group of their own, that all of them can be ended.
  const detached = options.command !== undefined;
  const child = spawn(command, words, { cwd: ROOT, env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = listenTo(child);
  const pid = child.pid ?? 0;
  let stopwatch = startStopwatch(pid);
  let readyAfter = Number.NaN;
  // The stopwatch keeps the last reading of a process that has ended.
  const looking = setInterval(() => stopwatch.read(), LOOK_EVERY_MS);
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(looking);
      resolve({ code, signal, after: stopwatch.read() });
    });
  });

  /** Looks each time that something was written, and when it is over. */
  async function until<T>(find: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const over = await Promise.race([output.more(), ended]);
      if (over && find() === undefined) throw new Error(`${what}: ${output.out()}${output.err()}`);
    }
  }

  const log = (): LogLine[] =>
    output
      .out()
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  const signal = (name: NodeJS.Signals): void => {
    stopwatch = startStopwatch(pid);
    child.kill(name);
  };
  const origin = `http://${options.config === null ? 'localhost' : LOOPBACK}:${port}`;
  return {
    origin,
    port,
    dataDir,
    pid,
    get readyAfter() {
      return readyAfter;
    },
    ended,
    ready: until(
      () => (/^Doublelock is at /m.test(output.out()) ? true : undefined),
      'it did not start',
    ).then(() => {
      readyAfter = stopwatch.read();
    }),
    output: () => ({ out: output.out(), err: output.err() }),
    log,
    logged: (event, count = 1) =>
      until(() => log().filter((line) => line.event === event)[count - 1], `no ${event} was logged`),
    configure,
    signal,
    async stop(name = 'SIGTERM') {
      signal(name);
      return ended;
    },
    visitor: () => createVisitor(origin, { stopAt: 'http://rp.test' }),
    kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    },
  };
}

function listenTo(child: ChildProcess) {
  const text = { out: '', err: '' };
  let next = Promise.withResolvers<void>();
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      next.resolve();
      next = Promise.withResolvers();
    });
  }
  return {
    out: () => text.out,
    err: () => text.err,
    /** Resolves, to nothing, when more was written. */
    more: () => next.promise,
  };
}
