/** Translates failures of the driver, and of mongoose before it, for the callers of the stores. */
import { MongooseError, mongo } from 'mongoose';
import { StoreUnavailable } from '../../ports/faults.ts';
import { adviceFor, CODES } from './server/advice.ts';

function isDuplicate(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === CODES.duplicateKey;
}

/** True when this insert was the first with its id, or its other unique values: on every server, for exactly one. */
export async function isFirst(insert: Promise<unknown>): Promise<boolean> {
  try {
    await insert;
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** The places in an insert of several that were stored already. Rejects when it failed for another reason. */
export async function storedBefore(insert: Promise<unknown>): Promise<ReadonlySet<number>> {
  try {
    await insert;
    return new Set();
  } catch (error) {
    const failed = error instanceof mongo.MongoBulkWriteError ? [error.writeErrors].flat() : [];
    const isStored = failed.length > 0 && failed.every(({ code }) => code === CODES.duplicateKey);
    const isDurable = error instanceof mongo.MongoBulkWriteError && !error.result.getWriteConcernError();
    if (!isStored || !isDurable) throw error;
    return new Set(failed.map(({ index }) => index));
  }
}

/** Done again when of two who both found nothing, and both inserted, the other was first. */
export async function upserted(update: () => PromiseLike<unknown>): Promise<void> {
  if (!(await isFirst(Promise.resolve(update())))) await update();
}

/** The driver passes on what befell a socket, such as EPIPE, or a look at the DNS, as it was. */
function isSystemFault(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof TypeError) return false;
  return 'code' in error && typeof error.code === 'string';
}

function isDriverFault(error: unknown): error is Error {
  if (error instanceof mongo.MongoError || isSystemFault(error)) return true;
  return error instanceof MongooseError && error.name === 'MongooseServerSelectionError';
}

/** A refused command as a server repeats it: its name, and the collection. */
const REFUSED_COMMAND = /\bcommand \{ [a-z][A-Za-z]*: "([a-z_]{1,40})"/;

/** The collection in a refusal, of which nothing else is repeated. */
function collectionIn({ message }: Error): string {
  const [, collection] = REFUSED_COMMAND.exec(message) ?? [];
  return collection === undefined ? '' : `${collection}: `;
}

/** A server repeats the command that it refuses, with all that was to be stored: its code says enough. */
export function reasonOf(error: Error): string {
  if (!(error instanceof mongo.MongoServerError)) return error.message;
  const name = String(error.codeName ?? error.code);
  const advice = adviceFor(error.code);
  return advice === null ? name : `${name}: ${advice}`;
}

/**
 * `StoreUnavailable` for failures of the driver. A value that mongoose refuses to send is a fault of this product.
 * Neither is told with its cause, nor with the value: it may be anything that somebody typed.
 */
export function asStoreFault(error: unknown): unknown {
  if (isDriverFault(error)) return new StoreUnavailable(`MongoDB: ${collectionIn(error)}${reasonOf(error)}`);
  if (error instanceof MongooseError) return new TypeError(`MongoDB: a value was refused (${error.name})`);
  return error;
}
