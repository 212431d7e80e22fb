/** A real server that speaks MongoDB's protocol: `mongod` from the PATH, else FerretDB built from `test/services`. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findTool, skipAloud } from '../needs.ts';
import { freePort } from '../process/free-port.ts';
import { makeDataDir, removeDataDir } from './embedded.ts';

const FERRETDB = join(import.meta.dirname, '../../services/ferretdb');
const BINARY = join(FERRETDB, 'bin/ferretdb');
/** In milliseconds: FerretDB's first build compiles some 200 modules. */
const BUILD_MS = 900_000;
const LACK =
  'needs a MongoDB server: set MONGODB_URI or MONGOD_PATH, or apt-get install golang-go (1.24 or newer)';

export interface MongoServer {
  readonly port: number;
  /** Without a database, ending in a slash. */
  readonly uri: string;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** SIGKILL: no goodbye to anybody. Its files stay. */
  kill(): Promise<void>;
  /** Again after `kill`, on the same port and the same files. */
  restart(): Promise<void>;
  /** Kills it and removes its files. */
  remove(): Promise<void>;
}

interface Program {
  readonly path: string;
  arguments(port: number, folder: string): string[];
  environment(port: number, folder: string): Record<string, string>;
  /** The log line that says that it accepts connections. */
  readonly ready: string;
}

function chooseProgram(environment: NodeJS.ProcessEnv): Program | null {
  const mongod = findTool('mongod', environment);
  if (mongod !== null) {
    return {
      path: mongod,
      arguments: (port, folder) => ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder],
      environment: () => ({}),
      ready: 'Waiting for connections',
    };
  }
  if (!existsSync(BINARY) && findTool('go', environment) === null) return null;
  return {
    path: BINARY,
    arguments: () => [],
    environment: (port, folder) => ({
      FERRETDB_LISTEN: `127.0.0.1:${port}`,
      FERRETDB_DIR: folder,
      // Its garbage, collected less often: a quarter of its work (measured).
      GOGC: '800',
    }),
    ready: 'mongodb://',
  };
}

async function heardReady(child: ChildProcess, ready: string): Promise<void> {
  if (!child.stdout) throw new Error('the server has no output');
  for await (const line of createInterface(child.stdout)) {
    if (!line.includes(ready)) continue;
    child.stdout.resume();
    return;
  }
  throw new Error('the server ended before it could be connected to');
}

/** The program to start, built if need be; null when there is none, or it could not be built, which is said. */
export async function findMongoProgram(environment: NodeJS.ProcessEnv): Promise<Program | null> {
  const program = chooseProgram(environment);
  if (program?.path !== BINARY) return program;
  if (!existsSync(BINARY)) console.warn('    building FerretDB: this once it takes some minutes');
  try {
    await promisify(execFile)(join(FERRETDB, 'build.sh'));
    return program;
  } catch (error) {
    console.warn(`    FerretDB was not built: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

export async function startMongoServer(program: Program): Promise<MongoServer> {
  const port = await freePort();
  const folder = makeDataDir();
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    child = spawn(program.path, program.arguments(port, folder), {
      env: { ...process.env, ...program.environment(port, folder) },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await heardReady(child, program.ready);
  }

  async function kill(): Promise<void> {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    child = null;
    await ended;
  }

  await start();
  return {
    port,
    uri: `mongodb://127.0.0.1:${port}/`,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill,
    restart: start,
    async remove() {
      await kill();
      removeDataDir(folder);
    },
  };
}

/** Called in a `describe`: a server of its own, to be broken at will. */
export function mongoServer(): () => MongoServer {
  let server: MongoServer | null = null;
  before(async function () {
    this.timeout(BUILD_MS);
    const program = await findMongoProgram(process.env);
    if (program === null) return skipAloud(this, LACK);
    server = await startMongoServer(program);
  });
  after(async () => {
    await server?.remove();
  });
  return () => {
    if (!server) throw new Error('a server exists inside tests only');
    return server;
  };
}
