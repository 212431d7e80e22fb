/** The connection pool of a process to MongoDB. The number of connections and the time of each act are bounded. */
import { type Connection as Driver, Mongoose, MongooseError, mongo } from 'mongoose';
import { StoreUnavailable } from '../../ports/faults.ts';
import { asStoreFault } from './faults.ts';

/** In milliseconds, for each step of an act: a server to be found, a connection to be had, an answer to come. */
const STEP_MS = 2000;
/** In milliseconds, for an act with all its steps and what the driver tries again after a fail-over. */
const PATIENCE_MS = 2500;
const POOL_SIZE = 10;
/** The database, where the URI names none. */
const DATABASE = 'doublelock';
const NAMES_DATABASE = /^[^/]+:\/\/[^/]+\/[^?]/;

export interface Connection {
  readonly driver: Driver;
  /** Rejects with `StoreUnavailable` when the server fails or time runs out; what was done then is not known. */
  act<T>(work: () => Promise<T>): Promise<T>;
  /** Rejects when no server that takes writes answers. */
  ping(): Promise<void>;
  /** The server's clock, in milliseconds since the epoch. */
  now(): Promise<number>;
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
function createDriver(uri: string): Driver {
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
    maxPoolSize: POOL_SIZE,
    serverSelectionTimeoutMS: STEP_MS,
    connectTimeoutMS: STEP_MS,
    socketTimeoutMS: STEP_MS,
    waitQueueTimeoutMS: STEP_MS,
    // An acknowledged write must outlive a fail-over: a once-only act that is forgotten could be done twice.
    writeConcern: { w: 'majority', wtimeoutMS: STEP_MS },
    readPreference: 'primary',
  });
}

/** The server was looked for and is away, or did not let us in; anything else is about the URI itself. */
function asOpeningFault(error: unknown): unknown {
  const { MongoServerError, MongoNetworkError, MongoServerSelectionError } = mongo;
  const answers = [MongoServerError, MongoNetworkError, MongoServerSelectionError];
  const looked = error instanceof MongooseError || answers.some((answer) => error instanceof answer);
  return looked ? asStoreFault(error) : new Error('MongoDB: its URI cannot be used');
}

/**
 * Rejects with `StoreUnavailable` when the server is away. A URI that cannot be read is not repeated in the message:
 * it may hold a password.
 */
export async function connect(uri: string): Promise<Connection> {
  const driver = createDriver(uri);
  try {
    await driver.asPromise();
  } catch (error) {
    await driver.close();
    throw asOpeningFault(error);
  }

  async function act<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await within(PATIENCE_MS, work());
    } catch (error) {
      throw asStoreFault(error);
    }
  }

  return {
    driver,
    act,
    ping: () =>
      act(async () => {
        if (!driver.db) throw new StoreUnavailable('MongoDB: not connected');
        await driver.db.command({ ping: 1 });
      }),
    now: () =>
      act(async () => {
        const answer = await driver.db?.command({ hello: 1 });
        if (!(answer?.localTime instanceof Date)) throw new StoreUnavailable('MongoDB: it tells no time');
        return answer.localTime.getTime();
      }),
    close: () => driver.close(),
  };
}
