/** Applies environment variables to the data of the file. */
import { resolve } from 'node:path';
import { parseEncryptionKeys, parseKeyList, parseSigningKeys } from '../build/key-text.ts';
import { type Data, isMap, valueAt, withValue } from '../data.ts';
import type { Fault, Path } from '../faults.ts';
import { DEFAULT_ISSUER, listenShape } from '../schema/server.ts';
import type { Config } from '../shape.ts';
import { readText } from './text-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Edit {
  readonly variable: string;
  readonly path: Path;
  /** Undefined removes the key. */
  readonly value: unknown;
}

export interface Overrides {
  readonly edits: readonly Edit[];
  readonly logLevel: Config['logLevel'];
  readonly faults: readonly Fault[];
}

/** The levels of pino; `silent` writes nothing. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The setting of each variable, or of its `_FILE` form. The address of a server also selects its driver. */
const VARIABLES: Readonly<
  Record<string, (value: string) => readonly (readonly [path: string, value: unknown])[]>
> = {
  PORT: (value) => [['listen.port', /^\d+$/.test(value) ? Number(value) : value]],
  ISSUER: (value) => [['issuer', value]],
  DATA_DIR: (value) => [['storage.data_dir', value]],
  MONGODB_URI: (uri) => [['storage.accounts', { driver: 'mongo', uri }]],
  REDIS_URL: (uri) => [['storage.short_lived', { driver: 'redis', uri }]],
  SMTP_URL: (url) => [
    ['mail.transport', 'smtp'],
    ['mail.url', url],
    ['mail.url_file', undefined],
  ],
  DOUBLELOCK_ENCRYPTION_KEY: (value) => [['secrets.encryption', parseEncryptionKeys(value)]],
  DOUBLELOCK_COOKIE_KEY: (value) => [
    ['secrets.cookies', parseKeyList(value)],
    ['secrets.cookies_file', undefined],
  ],
  DOUBLELOCK_SIGNING_KEYS: (value) => [
    ['secrets.signing', parseSigningKeys(value) ?? 'no key set'],
    ['secrets.signing_file', undefined],
  ],
};

export function readOverrides(env: Environment, cwd: string): Overrides {
  const faults: Fault[] = [];
  const given = (name: string) =>
    readVariable(env, name, cwd, (message) => faults.push(faultOf(name, message)));
  const edits = Object.entries(VARIABLES).flatMap(([variable, set]) => {
    const value = given(variable);
    if (value === null) return [];
    return set(value).map(([path, to]) => ({ variable, path: path.split('.'), value: to }));
  });
  const typed = given('LOG_LEVEL')?.toLowerCase() ?? 'info';
  const logLevel = LOG_LEVELS.find((level) => level === typed);
  if (logLevel === undefined) faults.push(faultOf('LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}`));
  return { edits, logLevel: logLevel ?? 'info', faults };
}

/** The data of the file with the settings of the environment. A moved issuer moves addresses of clients with it. */
export function override(data: Data, { edits }: Overrides): unknown {
  const edited = edits.reduce<unknown>((whole, { path, value }) => withValue(whole, path, value), data);
  const setBy = (variable: string) => edits.some((edit) => edit.variable === variable);
  const before = data.issuer ?? DEFAULT_ISSUER;
  if (setBy('ISSUER')) {
    return typeof before === 'string' ? moveClients(edited, before, valueAt(edited, ['issuer']), '') : edited;
  }
  const port = listenShape.port.safeParse(valueAt(edited, ['listen', 'port']));
  if (!port.success || (data.issuer !== undefined && !(setBy('PORT') && before === DEFAULT_ISSUER)))
    return edited;
  // An origin omits port 80.
  const issuer = new URL(`http://localhost:${port.data}`).origin;
  // Another application may use the default port, so only the addresses of the demo move.
  const moved = setBy('PORT') ? moveClients(edited, DEFAULT_ISSUER, issuer, '/demo') : edited;
  return withValue(moved, ['issuer'], issuer);
}

/** Every address of a client that begins with `from` and `path` begins with `to` instead. */
function moveClients(data: unknown, from: string, to: unknown, path: string): unknown {
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move);
    if (typeof value !== 'string' || !value.startsWith(from + path)) return value;
    const rest = value.slice(from.length);
    return rest === '' || rest.startsWith('/') ? `${to}${rest}` : value;
  };
  const clients = valueAt(data, ['clients']);
  if (!Array.isArray(clients)) return data;
  const moved = clients.map((client) =>
    isMap(client)
      ? Object.fromEntries(
          Object.entries(client).map(([key, value]) => [key, /_uris?$/.test(key) ? move(value) : value]),
        )
      : client,
  );
  return withValue(data, ['clients'], moved);
}

function readVariable(
  env: Environment,
  name: string,
  cwd: string,
  fault: (message: string) => void,
): string | null {
  const direct = env[name] || null;
  const file = env[`${name}_FILE`] || null;
  if (file === null) return direct;
  if (direct !== null) fault(`given together with ${name}_FILE: one of them`);
  const content = readText(resolve(cwd, file));
  if ('fault' in content) fault(`${name}_FILE ${content.fault}`);
  const trimmed = 'text' in content ? content.text.trim() : '';
  if ('text' in content && trimmed === '') fault(`${name}_FILE names an empty file`);
  return trimmed || null;
}

function faultOf(variable: string, message: string): Fault {
  return { path: variable, line: null, message };
}
