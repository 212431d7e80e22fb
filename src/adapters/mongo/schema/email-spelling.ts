/**
 * Spells the e-mail addresses that older releases have stored as this one does. Accounts of which the addresses would be
 * equal stay as they are, since nobody but their people can tell which one is theirs.
 */
import { trusted } from 'mongoose';
import { EQUAL_EMAILS, normaliseEmail, warningOfEqualEmails } from '../../../domain/account.ts';
import { isFirst } from '../faults.ts';
import { readStrings } from '../stored-values.ts';
import type { Models } from './collections.ts';

/** In milliseconds: the keys of an index over many accounts take their time, and nobody is being served yet. */
const PATIENCE_MS = 600_000;
/** Accounts that come from the server at a time. */
const BATCH = 200;

interface Spelled {
  readonly _id: string;
  readonly email: string;
}

/** All accounts with a character beyond ASCII in their address, by the keys of its index. */
function beyondAscii({ accounts: { collection } }: Models): AsyncIterable<Spelled> {
  const options = { projection: { email: 1 }, batchSize: BATCH, socketTimeoutMS: PATIENCE_MS };
  return collection.find<Spelled>({ email: { $regex: '[^\\x00-\\x7f]' } }, options);
}

/** Gives the ids of accounts that keep their spelling. Done again, it goes on where it was interrupted. */
async function respell(models: Models): Promise<string[]> {
  const sameSpelling = new Map<string, Spelled[]>();
  for await (const account of beyondAscii(models)) {
    const spelling = normaliseEmail(account.email);
    if (spelling !== account.email)
      sameSpelling.set(spelling, [...(sameSpelling.get(spelling) ?? []), account]);
  }
  const kept: string[] = [];
  for (const [spelling, alike] of sameSpelling) {
    const [only, ...others] = alike;
    const update = { $set: { email: spelling } };
    const isFree =
      only !== undefined &&
      others.length === 0 &&
      (await models.accounts.exists({ email: spelling })) === null &&
      // The unique index refuses an address that was taken meanwhile.
      (await isFirst(models.accounts.updateOne({ _id: only._id, email: only.email }, update).exec()));
    if (!isFree) kept.push(...alike.map(({ _id }) => _id));
  }
  return kept.sort();
}

/** Searches all accounts once in the life of the database. Gives a line for the operator at each start. */
export async function respellEmails(models: Models): Promise<readonly string[]> {
  const { accounts, claims } = models;
  const done = await claims.findOne({ _id: EQUAL_EMAILS }, { value: 1 }).lean();
  const kept = done ? (readStrings(JSON.parse(done.value)) ?? []) : await respell(models);
  if (!done) {
    const value = JSON.stringify(kept);
    await isFirst(claims.insertOne({ _id: EQUAL_EMAILS, value, expiresAt: null }));
  }
  if (kept.length === 0) return [];
  const found = await accounts
    .find({ _id: trusted({ $in: kept }) }, { email: 1 })
    .sort({ _id: 1 })
    .lean();
  const alike = found.filter(({ email }) => normaliseEmail(email) !== email);
  return warningOfEqualEmails(alike.map(({ _id }) => _id));
}
