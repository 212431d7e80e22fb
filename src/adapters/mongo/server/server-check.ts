/** Looks at the server before anybody is served: whether it takes writes that outlive a fail-over. */
import { randomUUID } from 'node:crypto';
import { type Connection as Driver, mongo } from 'mongoose';
import { StoreUnavailable } from '../../../ports/faults.ts';
import { reasonOf } from '../faults.ts';
import type { Models } from '../schema/collections.ts';
import { idOf } from '../stored-values.ts';
import { isForOperator } from './advice.ts';

/** The wire version of MongoDB 7.0, the oldest release for which Doublelock is made. */
const OLDEST_WIRE_VERSION = 21;

/** The answer to `hello`, about the member and its replica set. Absent fields are those that a server does not send. */
export interface Hello {
  readonly isWritablePrimary?: boolean;
  readonly maxWireVersion?: number;
  readonly setName?: string;
  /** `isdbgrid`: a router of a sharded cluster. */
  readonly msg?: string;
  readonly hosts?: readonly string[];
  readonly passives?: readonly string[];
  readonly arbiters?: readonly string[];
  readonly localTime?: Date;
}

/** Lines for the operator about a server that can be used, and is less than it should be. */
export function warningsAbout(hello: Hello): string[] {
  const { setName, msg, hosts = [], passives = [], arbiters = [] } = hello;
  const holders = hosts.length + passives.length;
  return [
    ...((hello.maxWireVersion ?? 0) < OLDEST_WIRE_VERSION
      ? ['MongoDB: the server is older than 7.0, which is the oldest release that Doublelock supports']
      : []),
    ...(setName === undefined && msg !== 'isdbgrid'
      ? [
          'MongoDB: the server is in no replica set, so that a lost disk loses accounts and used codes: use three members',
        ]
      : []),
    ...(arbiters.length > 0 && holders < 3
      ? [
          `MongoDB: the replica set has ${holders} members that hold data and an arbiter: with one of them down nothing can be written`,
        ]
      : []),
  ];
}

function notWritable(): StoreUnavailable {
  const remedy = 'name all members and replicaSet in the URI, without directConnection';
  return new StoreUnavailable(`MongoDB: the server of the URI is a copy that takes no writes: ${remedy}`);
}

/** A server that refuses until an operator has acted can't be used; any other failure may pass. */
function asFault(collection: string, error: unknown): unknown {
  if (!(error instanceof mongo.MongoServerError)) return error;
  const message = `MongoDB: ${collection}: a write was refused: ${reasonOf(error)}`;
  return isForOperator(error.code) ? new Error(message) : new StoreUnavailable(message);
}

/**
 * Writes what every sign-in writes: a once-only key, confirmed by a majority. It has expired already and is removed at
 * once; the sweeper removes one that stays.
 */
async function tryWrite({ claims }: Models, now: Date): Promise<void> {
  const _id = idOf('start', randomUUID());
  try {
    await claims.insertOne({ _id, value: '', expiresAt: now });
    await claims.deleteMany({ _id });
  } catch (error) {
    throw asFault(claims.collection.name, error);
  }
}

/**
 * Resolves with lines for the operator's log. Rejects with an Error when the server can't be used, and with
 * `StoreUnavailable` when it takes no writes now.
 */
export async function examine(driver: Driver, models: Models): Promise<readonly string[]> {
  const hello = (await driver.db?.command({ hello: 1 })) as Hello | undefined;
  if (!hello?.isWritablePrimary) throw notWritable();
  await tryWrite(models, hello.localTime ?? new Date(0));
  return warningsAbout(hello);
}
