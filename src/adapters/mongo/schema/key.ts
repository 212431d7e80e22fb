/** The collection of encryption keys that the store knows, each by its id. */
import { Schema } from 'mongoose';
import { OPTIONS } from './options.ts';

export interface KeyDocument {
  _id: string;
  /** Sealed under this key. */
  digestKey: string;
  addedAt: Date;
  usedAt: Date | null;
}

export const key = new Schema<KeyDocument>(
  { _id: String, digestKey: String, addedAt: Date, usedAt: Date },
  { ...OPTIONS, collection: 'encryption_keys' },
);
