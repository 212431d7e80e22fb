/** Programs that some suites need: found, or the suite is skipped aloud with what to install. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Tool {
  /** The environment variable that names the program when it is not on the PATH. */
  readonly variable: string;
  readonly commands: readonly string[];
  /** The Debian package it comes in. */
  readonly debian: string;
  /** The folder of that package's programs, outside the usual PATH. */
  readonly folder?: string;
}

const TOOLS = {
  apache2: {
    variable: 'APACHE2_PATH',
    commands: ['apache2'],
    debian: 'apache2',
    folder: '/usr/sbin',
  },
  bearerbox: {
    variable: 'BEARERBOX_PATH',
    commands: ['bearerbox'],
    debian: 'kannel',
    folder: '/usr/sbin',
  },
  chromium: { variable: 'CHROMIUM_PATH', commands: ['chromium', 'chromium-browser'], debian: 'chromium' },
  fakesmsc: {
    variable: 'FAKESMSC_PATH',
    commands: ['fakesmsc'],
    debian: 'kannel-extras',
    folder: '/usr/lib/kannel/test',
  },
  java: { variable: 'JAVA_PATH', commands: ['java'], debian: 'openjdk-17-jdk-headless' },
  go: { variable: 'GO_PATH', commands: ['go'], debian: 'golang-go' },
  mongod: { variable: 'MONGOD_PATH', commands: ['mongod'], debian: 'mongodb-org-server' },
  mvn: { variable: 'MVN_PATH', commands: ['mvn'], debian: 'maven' },
  nginx: { variable: 'NGINX_PATH', commands: ['nginx'], debian: 'nginx-light' },
  oathtool: { variable: 'OATHTOOL_PATH', commands: ['oathtool'], debian: 'oathtool' },
  openssl: { variable: 'OPENSSL_PATH', commands: ['openssl'], debian: 'openssl' },
  prometheus: { variable: 'PROMETHEUS_PATH', commands: ['prometheus'], debian: 'prometheus' },
  promtool: { variable: 'PROMTOOL_PATH', commands: ['promtool'], debian: 'prometheus' },
  python3: { variable: 'PYTHON3_PATH', commands: ['python3'], debian: 'python3-pip' },
  'redis-server': { variable: 'REDIS_SERVER_PATH', commands: ['redis-server'], debian: 'redis-server' },
  smsbox: { variable: 'SMSBOX_PATH', commands: ['smsbox'], debian: 'kannel', folder: '/usr/sbin' },
  zbarimg: { variable: 'ZBARIMG_PATH', commands: ['zbarimg'], debian: 'zbar-tools' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;
type Environment = Readonly<Record<string, string | undefined>>;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program named by its variable, which must then exist, or the first one found; null when there is none. */
export function findTool(name: ToolName, environment: Environment): string | null {
  const tool: Tool = TOOLS[name];
  const named = environment[tool.variable];
  if (named) return isExecutable(named) ? named : null;
  const folders = [...(environment.PATH ?? '').split(delimiter), tool.folder ?? ''].filter(Boolean);
  const candidates = tool.commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return candidates.find(isExecutable) ?? null;
}

/** Gives the install instructions for these programs. */
function howToInstall(missing: readonly ToolName[]): string {
  const packages = [...new Set(missing.map((name) => TOOLS[name].debian))].join(' ');
  const variables = missing.map((name) => TOOLS[name].variable).join(', ');
  return `needs ${missing.join(', ')}: apt-get install ${packages}, or set ${variables}`;
}

/** Called in a suite's `before`: every test of it is skipped, aloud, and with `CI=true` the suite fails. */
export function skipAloud(context: Mocha.Context, lack: string): never {
  if (process.env.CI === 'true') throw new Error(`This suite ${lack}`);
  console.warn(`    SKIPPED: this suite ${lack}`);
  return context.skip();
}

/** Called first in a suite's `describe`: gives the path of each program, or skips the suite where one is missing. */
export function needs<Name extends ToolName>(...names: readonly Name[]): Readonly<Record<Name, string>> {
  const found = names.map((name) => [name, findTool(name, process.env)] as const);
  const missing = found.flatMap(([name, path]) => (path === null ? [name] : []));
  before(function () {
    if (missing.length > 0) skipAloud(this, howToInstall(missing));
  });
  return Object.fromEntries(found.map(([name, path]) => [name, path ?? name])) as Record<Name, string>;
}
