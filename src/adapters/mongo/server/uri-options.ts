/** Judges the options of a connection string. Those that would weaken what the stores promise are refused, by name. */

/** The driver's own default. */
const CONNECTIONS = 100;
/** Milliseconds for which a new request waits for a connection. */
const WAIT_MS = 1000;
const LONGEST_WAIT_MS = 2000;

export interface UriOptions {
  readonly connections: number;
  readonly waitMs: number;
}

interface Rule {
  readonly allows: (value: string) => boolean;
  /** The fault of all other values, and the remedy. */
  readonly otherwise: string;
}

const isCount = (value: string): boolean => /^[1-9]\d{0,4}$/.test(value);
const only = (allowed: string) => (value: string) => value === allowed;
const LEAVE_OUT = 'leave it out';

/** The names are written as in the manual of MongoDB. A driver reads them in any case. */
const RULES: Readonly<Record<string, Rule>> = {
  maxPoolSize: {
    allows: isCount,
    otherwise: 'must be a whole number from 1 on: the number of connections has a limit',
  },
  waitQueueTimeoutMS: {
    allows: isCount,
    otherwise: 'must be a whole number of milliseconds from 1 on: waiting has a limit',
  },
  w: {
    allows: only('majority'),
    otherwise: `must be majority, or a fail-over would forget codes that were used: ${LEAVE_OUT}`,
  },
  journal: {
    allows: only('true'),
    otherwise: `must not be off, or a crash would forget codes that were used: ${LEAVE_OUT}`,
  },
  readPreference: {
    allows: only('primary'),
    otherwise: `must be primary, since a copy is late: a removed factor would still count: ${LEAVE_OUT}`,
  },
  readConcernLevel: {
    allows: (value) => ['local', 'majority', 'linearizable'].includes(value),
    otherwise: `must be local, majority or linearizable: ${LEAVE_OUT}`,
  },
  timeoutMS: {
    allows: () => false,
    otherwise: `takes the place of the time limits of each step: ${LEAVE_OUT}`,
  },
};

/** The values of each option, by its name in lower case. */
function valuesOf(uri: string): ReadonlyMap<string, string[]> {
  const mark = uri.indexOf('?');
  const values = new Map<string, string[]>();
  if (mark < 0) return values;
  for (const [name, value] of new URLSearchParams(uri.slice(mark + 1))) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

/**
 * Throws an Error that names the options which cannot be used, and none of their values: a URI may hold a password in a
 * wrong place.
 */
export function readUriOptions(uri: string): UriOptions {
  const values = valuesOf(uri);
  const of = (name: string) => values.get(name.toLowerCase()) ?? [];
  const faults = Object.entries(RULES)
    .filter(([name, { allows }]) => !of(name).every(allows))
    .map(([name, { otherwise }]) => `${name} ${otherwise}`);
  if (faults.length > 0) throw new Error(`MongoDB: in its URI, ${faults.join('; ')}`);
  const waitMs = Number(of('waitQueueTimeoutMS')[0] ?? WAIT_MS);
  return {
    connections: Number(of('maxPoolSize')[0] ?? CONNECTIONS),
    waitMs: Math.min(waitMs, LONGEST_WAIT_MS),
  };
}
