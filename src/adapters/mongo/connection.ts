/** The connection pool of a process to MongoDB. The number of connections and the time of each act are bounded. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection as Driver, Mongoose, MongooseError, mongo } from 'mongoose';
import { StoreUnavailable } from '../../ports/faults.ts';
import type { OneRequest } from '../../ports/one-request.ts';
import type { Pressure } from '../../ports/telemetry/metrics.ts';
import { asStoreFault } from './faults.ts';
import { createAdmission } from './server/admission.ts';
import { readUriOptions, type UriOptions } from './server/uri-options.ts';

/** In milliseconds, for each step of an act: a server to be found, a connection to be had, an answer to come. */
const STEP_MS = 2000;
/** In milliseconds, for an act with all its steps and what the driver tries again after a fail-over. */
const PATIENCE_MS = 2500;
/** New requests that wait for a connection. Each holds some 100 kB with its page. */
const LONGEST_LINE = 200;
/** In milliseconds: a name that does not resolve is asked for again. */
const RESOLVE_AGAIN_MS = 250;
/** The database, where the URI names none. */
const DATABASE = 'doublelock';
const NAMES_DATABASE = /^[^/]+:\/\/[^/]+\/[^?]/;

export interface Connection {
  readonly driver: Driver;
  /**
   * Rejects with `StoreUnavailable` when no connection is free: then nothing was done. Rejects with it when the server
   * fails or time runs out; what was done then is not known.
   */
  act<T>(work: () => Promise<T>): Promise<T>;
  /** Rejects when no server that takes writes answers. */
  ping(): Promise<void>;
  /** The server's clock, in milliseconds since the epoch. */
  now(): Promise<number>;
  pressure(): Pressure;
  close(): Promise<void>;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailable('MongoDB: no answer in time')), ms);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/** An instance of mongoose of our own: a host's settings are not ours, nor ours the host's. */
function createDriver(uri: string, { connections }: UriOptions): Driver {
  const mongoose = new Mongoose({
    sanitizeFilter: true,
    strict: 'throw',
    strictQuery: 'throw',
    bufferCommands: false,
    autoCreate: false,
    autoIndex: false,
  });
  return mongoose.createConnection(uri, {
    ...(NAMES_DATABASE.test(uri) ? {} : { dbName: DATABASE }),
    appName: 'doublelock',
    maxPoolSize: connections,
    serverSelectionTimeoutMS: STEP_MS,
    connectTimeoutMS: STEP_MS,
    socketTimeoutMS: STEP_MS,
    waitQueueTimeoutMS: STEP_MS,
    // An acknowledged write must outlive a fail-over: a once-only act that is forgotten could be done twice.
    writeConcern: { w: 'majority', wtimeoutMS: STEP_MS },
    readPreference: 'primary',
  });
}

/** The name of a `mongodb+srv` URI was looked for in the DNS, and not found now. */
function isUnresolved(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('query');
}

/** The server was looked for and is away, or did not let us in; anything else is about the URI itself. */
function asOpeningFault(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  if (isUnresolved(error))
    return new StoreUnavailable(
      `MongoDB: the name in the URI does not resolve (${error.code}): check the name, and the DNS of this machine`,
    );
  const { MongoServerError, MongoNetworkError, MongoServerSelectionError } = mongo;
  const answers = [MongoServerError, MongoNetworkError, MongoServerSelectionError];
  const looked = error instanceof MongooseError || answers.some((answer) => error instanceof answer);
  return looked ? asStoreFault(error) : new Error('MongoDB: its URI cannot be used');
}

/** A name that does not resolve is asked for again, for as long as a server is looked for. */
async function openDriver(uri: string, options: UriOptions): Promise<Driver> {
  const until = performance.now() + STEP_MS;
  for (;;) {
    const driver = createDriver(uri, options);
    try {
      await within(PATIENCE_MS, driver.asPromise());
      return driver;
    } catch (error) {
      const closed = driver.close().catch(() => {});
      // A silent DNS holds it up for most of a minute.
      if (!(error instanceof StoreUnavailable)) await closed;
      if (!isUnresolved(error) || performance.now() >= until) throw asOpeningFault(error);
    }
    await pause(RESOLVE_AGAIN_MS);
  }
}

/**
 * Rejects with `StoreUnavailable` when the server is away. A URI that cannot be read is not repeated in the message:
 * it may hold a password.
 */
export async function connect(uri: string, request: () => OneRequest | null): Promise<Connection> {
  const options = readUriOptions(uri);
  const driver = await openDriver(uri, options);
  const { connections: limit, waitMs } = options;
  const admission = createAdmission({ limit, longestLine: LONGEST_LINE, waitMs, request });

  async function inTime<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await within(PATIENCE_MS, work());
    } catch (error) {
      throw asStoreFault(error);
    }
  }

  /** The time begins when a connection is free. Work that takes longer keeps it until the driver gives up. */
  async function act<T>(work: () => Promise<T>): Promise<T> {
    const leave = await admission.enter();
    return inTime(async () => {
      try {
        return await work();
      } finally {
        leave();
      }
    });
  }

  return {
    driver,
    act,
    // Beside the lines: a busy server is not one that is away.
    ping: () =>
      inTime(async () => {
        if (!driver.db) throw new StoreUnavailable('MongoDB: not connected');
        await driver.db.command({ ping: 1 });
      }),
    now: () =>
      inTime(async () => {
        const answer = await driver.db?.command({ hello: 1 });
        if (!(answer?.localTime instanceof Date)) throw new StoreUnavailable('MongoDB: it tells no time');
        return answer.localTime.getTime();
      }),
    pressure: admission.read,
    close: () => driver.close(),
  };
}
