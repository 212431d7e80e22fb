/**
 * Makes the indexes that the schemas declare, on collections of any size. An index that somebody else has made is used
 * when it does the same, and is named when it does harm. A server may lack indexes that expire.
 */
import { mongo } from 'mongoose';
import { StoreUnavailable } from '../../../ports/faults.ts';
import { reasonOf } from '../faults.ts';
import { CODES, isForOperator } from '../server/advice.ts';
import type { Models } from './collections.ts';

/** In milliseconds: an index over many documents takes its time, and nobody is being served yet. */
const PATIENCE_MS = 600_000;
const PATIENCE = {
  socketTimeoutMS: PATIENCE_MS,
  writeConcern: { w: 'majority', wtimeoutMS: PATIENCE_MS },
} as const;

/** A server with a table for each index has no code of its own for equal values in it. */
const EQUAL_VALUES = /UNIQUE constraint failed/;

type AnyModel = Models[keyof Models];
type Key = Readonly<Record<string, unknown>>;

/** An index as a schema declares it. */
export interface DeclaredIndex {
  readonly key: Key;
  readonly unique: boolean;
  /** Documents are deleted at the time in its only field. */
  readonly expires: boolean;
}

/** An index as `listIndexes` describes it. */
export interface FoundIndex {
  readonly name?: string;
  readonly key: Key;
  readonly unique?: boolean;
  readonly expireAfterSeconds?: number;
  readonly [option: string]: unknown;
}

/** Options by which an index has less than all documents, another order, or no use. */
const NARROWING = ['sparse', 'partialFilterExpression', 'collation', 'hidden'] as const;

/** The order of the fields counts. */
function isSameKey(a: Key, b: Key): boolean {
  return JSON.stringify(Object.entries(a)) === JSON.stringify(Object.entries(b));
}

function isTtl({ expireAfterSeconds }: FoundIndex): boolean {
  return expireAfterSeconds !== undefined;
}

/** Why an index that exists can't be used in the place of a declared one. Null when it can. */
function differenceOf(found: FoundIndex, declared: DeclaredIndex): string | null {
  if (declared.unique && !found.unique) return 'is not unique';
  const narrowing = NARROWING.find((option) => found[option] !== undefined && found[option] !== false);
  return narrowing === undefined ? null : `has the option ${narrowing}`;
}

/** Whether an index that exists takes the place of a declared one. */
function serves(found: FoundIndex, declared: DeclaredIndex): boolean {
  return isSameKey(found.key, declared.key) && differenceOf(found, declared) === null;
}

/** Those that are to be made. */
function missingOf(declared: readonly DeclaredIndex[], found: readonly FoundIndex[]): DeclaredIndex[] {
  return declared.filter((each) => !found.some((index) => serves(index, each)));
}

/** Lines about indexes that do harm: they delete documents, refuse them, or stand where another one belongs. */
export function faultsOf(
  collection: string,
  declared: readonly DeclaredIndex[],
  found: readonly FoundIndex[],
): string[] {
  const missing = missingOf(declared, found);

  function harmOf(index: FoundIndex): string | null {
    const own = declared.find(({ key }) => isSameKey(key, index.key));
    if (isTtl(index) && !own?.expires)
      return 'deletes documents that Doublelock still needs (expireAfterSeconds), which deletes old ones itself';
    if (index.unique && !own?.unique) return 'is unique, and refuses documents that Doublelock has to store';
    // The server would refuse the missing one for the fields or for the name of this one.
    if (own && missing.includes(own)) return differenceOf(index, own);
    return missing.some((each) => nameOf(each) === index.name)
      ? 'has the name of another one that is missing'
      : null;
  }

  return found
    .filter(({ name }) => name !== '_id_')
    .flatMap((index) => {
      const harm = harmOf(index);
      if (harm === null) return [];
      const remedy = `drop it with db.${collection}.dropIndex(${JSON.stringify(index.name)})`;
      return [`${collection}: the index ${index.name} ${harm}: ${remedy}, and start Doublelock again`];
    });
}

/** The name that a server gives to an index without one. */
function nameOf({ key }: DeclaredIndex): string {
  return Object.entries(key)
    .map(([field, order]) => `${field}_${order}`)
    .join('_');
}

function declaredBy({ schema }: AnyModel): DeclaredIndex[] {
  return schema.indexes().map(([key, { unique, expireAfterSeconds }]) => ({
    key: key as Key,
    unique: Boolean(unique),
    expires: expireAfterSeconds !== undefined,
  }));
}

async function list({ collection }: AnyModel): Promise<FoundIndex[]> {
  try {
    return (await collection.indexes()) as FoundIndex[];
  } catch (error) {
    // The first document or index makes the collection.
    if (error instanceof mongo.MongoServerError && error.code === CODES.namespaceNotFound) return [];
    throw error;
  }
}

function isOfEqualValues(error: mongo.MongoServerError): boolean {
  return error.code === CODES.duplicateKey || EQUAL_VALUES.test(error.message);
}

/** The line about an index that can't be made; it repeats no value of a document. */
function refusalOf(collection: string, declared: DeclaredIndex, error: mongo.MongoServerError): Error {
  const place = `MongoDB: ${collection}: the index ${nameOf(declared)} cannot be made`;
  if (declared.unique && isOfEqualValues(error)) {
    const [field] = Object.keys(declared.key);
    const counted = `{ $group: { _id: "$${field}", ids: { $push: "$_id" }, count: { $sum: 1 } } }`;
    const search = `db.${collection}.aggregate([${counted}, { $match: { count: { $gt: 1 } } }])`;
    return new Error(
      `${place}, since several documents have the same ${field}. Find them with ${search}, and keep one of each`,
    );
  }
  const { code } = error;
  const reason = reasonOf(error);
  if (code === CODES.indexOptionsConflict || code === CODES.indexKeySpecsConflict)
    return new Error(
      `${place}, since another one has its name or its fields (${reason}): look at db.${collection}.getIndexes(), and drop that one`,
    );
  return isForOperator(code) ? new Error(`${place}: ${reason}`) : new StoreUnavailable(`${place}: ${reason}`);
}

/** The sweeper deletes on every server: one without indexes that expire lacks nothing. */
function isDispensable(declared: DeclaredIndex, error: mongo.MongoServerError): boolean {
  return declared.expires && !isForOperator(error.code);
}

async function make({ collection }: AnyModel, declared: DeclaredIndex): Promise<void> {
  const { key, unique, expires } = declared;
  const options = { ...PATIENCE, ...(unique && { unique }), ...(expires && { expireAfterSeconds: 0 }) };
  try {
    await collection.createIndex(key as Record<string, 1 | -1>, options);
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError)) throw error;
    if (!isDispensable(declared, error)) throw refusalOf(collection.name, declared, error);
  }
}

/** Rejects with one line that names the collection when an index can't be made, or when one does harm. */
export async function makeIndexes(models: Models): Promise<void> {
  const each = await Promise.all(
    Object.values(models).map(async (model: AnyModel) => ({
      model,
      declared: declaredBy(model),
      found: await list(model),
    })),
  );
  const faults = each.flatMap(({ model, declared, found }) =>
    faultsOf(model.collection.name, declared, found),
  );
  if (faults.length > 0) throw new Error(`MongoDB: ${faults.join('; ')}`);
  await Promise.all(
    each.map(async ({ model, declared, found }) => {
      for (const one of missingOf(declared, found)) await make(model, one);
    }),
  );
}
