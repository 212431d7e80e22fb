/** One page of `docs/relying-parties` in a test: the provider and the application run what the page prints. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type App, standardConfig, startApp, type Yaml } from '../../support/app.ts';
import { freePort } from '../../support/process/free-port.ts';
import { makeDataDir, removeDataDir } from '../../support/stores/embedded.ts';
import { createRunningClock } from '../../support/time/clock.ts';
import type { Visitor } from '../../support/visitor.ts';
import { ACCOUNTS, createPeople, type Person, type Workspace } from './people.ts';
import { type Program, startProgram } from './program.ts';
import { readSnippets, withPorts } from './snippets.ts';

/** The block of each page that goes into the configuration of Doublelock. */
const CONFIG = 'doublelock.yaml';
const ROOT = join(import.meta.dirname, '../../..');

export interface DocumentedClient {
  readonly app: App;
  /** `http://localhost:PORT` of the provider. */
  readonly issuer: string;
  /** `http://localhost:PORT` of the application, where nothing listens until it is started. */
  readonly site: string;
  /** The port of what stands behind the application, where nothing listens either. */
  readonly upstreamPort: number;
  /** Holds each file that the page prints, and `node_modules`. */
  readonly folder: string;
  /** Another person at each call; `strict` unless told otherwise. */
  person(workspace?: Workspace): Person;
  /** Another browser at each call: it visits the provider and the application. */
  browser(): Visitor;
  /** The text of a file of the page, with the ports of this test. */
  file(name: string): string;
  /** Starts a program in the folder, and waits until the application answers. It ends after the tests. */
  start(command: string, args: readonly string[], more?: StartOptions): Promise<Program>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Answers once the program is ready. Default: the site. */
  readonly readyUrl?: string;
  readonly withinMs?: number;
}

/** Called in a suite's `describe`, with the name of the page: a provider before its tests, gone after them. */
export function documentedClient(page: string): DocumentedClient {
  const programs: Program[] = [];
  const files = new Map<string, string>();
  let folder: string;
  let app: App;
  let site: string;
  let upstreamPort: number;
  let person: DocumentedClient['person'];

  before(async () => {
    folder = makeDataDir();
    const port = await freePort();
    site = `http://localhost:${port}`;
    upstreamPort = await freePort();
    const clock = createRunningClock();
    person = createPeople(clock);
    const snippets = readSnippets(page);
    const config = parse(
      withPorts(snippets.get(CONFIG) ?? '', { issuer: 3000, site: port, upstream: upstreamPort }),
    ) as Yaml;
    app = await startApp({
      hostname: 'localhost',
      clock,
      config: { ...standardConfig(), accounts: ACCOUNTS, ...config },
    });
    const ports = { issuer: new URL(app.origin).port, site: port, upstream: upstreamPort };
    for (const [name, text] of snippets) files.set(name, withPorts(text, ports));
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  after(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await app?.stop();
    if (folder) removeDataDir(folder);
  });

  return {
    get folder() {
      return folder;
    },
    get app() {
      return app;
    },
    get issuer() {
      return app.origin;
    },
    get site() {
      return site;
    },
    get upstreamPort() {
      return upstreamPort;
    },
    person: (workspace) => person(workspace),
    browser: () => app.visitor({ alsoAt: [site] }),
    file(name) {
      const text = files.get(name);
      if (text === undefined) throw new Error(`${page}.md prints no ${name}`);
      return text;
    },
    async start(command, args, { env = {}, readyUrl = site, withinMs } = {}) {
      const limit = withinMs === undefined ? {} : { withinMs };
      const program = await startProgram({ command, args, cwd: folder, env, readyUrl, ...limit });
      programs.push(program);
      return program;
    },
  };
}
