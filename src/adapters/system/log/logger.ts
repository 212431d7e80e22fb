/** Writes log lines as JSON, one event each: only the fields of `LogFields`, each by its own rule. */
import { isIP } from 'node:net';
import { pino } from 'pino';
import { truncatedAddress } from '../../../domain/sign-in/attempts.ts';
import type { Log, LogFields, Logger, LogLevel } from '../../../ports/log.ts';
import { withReference } from '../requests.ts';
import { type LogOutput, standardOutput } from './output.ts';
import { oneLine, withoutSecrets } from './text.ts';

export interface LoggerOptions {
  readonly level: LogLevel | 'silent';
  /** Standard output by default. */
  readonly destination?: LogOutput;
}

/** Characters: names and paths; sentences; the frames of a stack. */
const LONGEST = { word: 200, clientId: 255, sentence: 2000, stack: 4000 };

/** The form of this product's identifiers. Any other value is left out. */
const IDENTIFIER = /^[\w-]{1,64}$/;

type Rule = (value: unknown) => unknown;

/** A field that has no rule can't be written: the compiler asks for one with each new field. */
const RULES: Readonly<Record<keyof LogFields, Rule>> = {
  event: word,
  request_id: identifier,
  reference: identifier,
  account_id: identifier,
  tenant: word,
  client: word,
  // Registered ids alone stand here, so that one which looks like a secret is still told.
  client_id: (value) => (typeof value === 'string' ? oneLine(value, LONGEST.clientId) : undefined),
  grant_type: word,
  endpoint: word,
  error_code: word,
  method: word,
  path: word,
  status: finite,
  duration_ms: finite,
  reason: (value) => (typeof value === 'string' ? withoutSecrets(value, LONGEST.sentence) : undefined),
  ip: network,
  error: errorParts,
};

const RULED = Object.entries(RULES) as readonly (readonly [keyof LogFields, Rule])[];

export function createLogger({ level, destination = standardOutput() }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: timestamps(),
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const lines = pino(options, destination);
  const at = (severity: LogLevel): Log => withReference((fields) => lines[severity](written(fields)));
  destination.whenDropped((count) =>
    at('warn')({
      event: 'log.lines_dropped',
      reason: `${count} lines found no room while nobody read the log`,
    }),
  );
  return {
    // A fault that ends the process may leave no time for more.
    fatal: (fields) => {
      at('fatal')(fields);
      destination.flush();
    },
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
  };
}

/** As pino's own `isoTime`, but for the second, which many lines have in common. */
function timestamps(): () => string {
  let second = Number.NaN;
  let upToIt = '';
  return () => {
    const now = Date.now();
    const ms = now % 1000;
    if (now - ms !== second) {
      second = now - ms;
      upToIt = new Date(second).toISOString().slice(0, -4);
    }
    return `,"time":"${upToIt}${String(ms).padStart(3, '0')}Z"`;
  };
}

function written(fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  for (const [name, rule] of RULED) {
    const given = fields[name];
    const value = given === undefined ? undefined : rule(given);
    if (value !== undefined) line[name] = value;
  }
  return line;
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' ? withoutSecrets(value, LONGEST.word) : undefined;
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && IDENTIFIER.test(value) ? value : undefined;
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The network of an address, or of a network that it was cut down to already. */
function network(value: unknown): string | undefined {
  const [address = ''] = typeof value === 'string' ? value.split('/') : [];
  return isIP(address) === 0 ? undefined : truncatedAddress(address);
}

/** An error's body, request or response may hold anything, so only its words are taken. */
function errorParts(error: unknown): Record<string, string> | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return { name: 'NotAnError', message: sentenceOf(error) };
  return {
    name: oneLine(String(error.name), LONGEST.word),
    message: sentenceOf(error.message),
    stack: framesOf(error),
    ...(error.cause instanceof Error && { cause: sentenceOf(`${error.cause.name}: ${error.cause.message}`) }),
  };
}

function sentenceOf(value: unknown): string {
  return typeof value === 'string'
    ? withoutSecrets(value, LONGEST.sentence)
    : `a value of type ${typeof value}`;
}

/** Places in the code alone: the head of a stack repeats the message, which may look like places. */
function framesOf({ message, stack = '' }: Error): string {
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .map((pageContext) => pageContext.trim())
    .filter((pageContext) => pageContext.startsWith('at '));
  return oneLine(frames.join(' | '), LONGEST.stack);
}
