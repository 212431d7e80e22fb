/** Makes the indexes that the schemas declare, on collections of any size. A server may lack indexes that expire. */
import { mongo } from 'mongoose';
import type { Models } from './collections.ts';

/** In milliseconds: an index over many documents takes its time, and nobody is being served yet. */
const PATIENCE_MS = 600_000;

type AnyModel = Models[keyof Models];

async function make({ schema, collection }: AnyModel): Promise<void> {
  const patience = { socketTimeoutMS: PATIENCE_MS };
  for (const [key, { unique, expireAfterSeconds }] of schema.indexes()) {
    const fields = key as Record<string, 1 | -1>;
    if (expireAfterSeconds === undefined) {
      await collection.createIndex(fields, { ...patience, ...(unique ? { unique: true } : {}) });
      continue;
    }
    try {
      await collection.createIndex(fields, { ...patience, expireAfterSeconds: Number(expireAfterSeconds) });
    } catch (error) {
      // Not every server deletes by itself; the sweeper does it on all of them.
      if (!(error instanceof mongo.MongoServerError)) throw error;
    }
  }
}

export async function makeIndexes(models: Models): Promise<void> {
  await Promise.all(Object.values(models).map(make));
}
