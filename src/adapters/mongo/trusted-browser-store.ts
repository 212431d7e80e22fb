/** Trusted browsers in MongoDB. */
import { Types, trusted } from 'mongoose';
import type { TrustedBrowser } from '../../domain/sign-in/trusted-browser.ts';
import type { TrustedBrowserStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models, TrustedBrowserDocument } from './schema/collections.ts';
import { dateOf } from './stored-values.ts';

function toDocument(given: TrustedBrowser): TrustedBrowserDocument {
  const { id, createdAt, lastUsedAt, expiresAt, ...rest } = given;
  return {
    ...rest,
    _id: id,
    createdAt: new Date(createdAt),
    lastUsedAt: dateOf(lastUsedAt),
    expiresAt: new Date(expiresAt),
    order: new Types.ObjectId(),
  };
}

function toTrusted(found: TrustedBrowserDocument): TrustedBrowser {
  return {
    id: found._id,
    accountId: found.accountId,
    tenantId: found.tenantId ?? '',
    browser: found.browser,
    createdAt: found.createdAt.getTime(),
    lastUsedAt: found.lastUsedAt?.getTime() ?? null,
    lastUsedFor: found.lastUsedFor,
    expiresAt: found.expiresAt.getTime(),
  };
}

export function createTrustedBrowserStore(
  { act }: Connection,
  { trustedBrowsers }: Models,
): TrustedBrowserStore {
  return {
    insert: (browser) =>
      act(async () => void (await isFirst(trustedBrowsers.insertOne(toDocument(browser))))),
    find: (id, now) =>
      act(async () => {
        const found = await trustedBrowsers.findOne({ _id: id }).lean();
        return found && found.expiresAt.getTime() > now ? toTrusted(found) : null;
      }),
    listByAccount: (accountId, now) =>
      act(async () => {
        const alive = trusted({ $gt: new Date(now) });
        const newestFirst = { createdAt: -1, order: -1 } as const;
        const found = await trustedBrowsers.find({ accountId, expiresAt: alive }).sort(newestFirst).lean();
        return found.map(toTrusted);
      }),
    noteUse: (id, { lastUsedAt, lastUsedFor }) =>
      act(async () => {
        const use = { lastUsedAt: dateOf(lastUsedAt), lastUsedFor };
        await trustedBrowsers.updateOne({ _id: id }, { $set: use });
      }),
    remove: (accountId, id) =>
      act(async () => (await trustedBrowsers.deleteOne({ _id: id, accountId })).deletedCount === 1),
    removeAll: (accountId) => act(async () => (await trustedBrowsers.deleteMany({ accountId })).deletedCount),
    removeTenant: (tenantId, limit) =>
      act(async () => {
        const found = await trustedBrowsers.find({ tenantId }, { _id: 1 }).limit(limit).lean();
        const ids = found.map(({ _id }) => _id);
        return ids.length === 0
          ? 0
          : (await trustedBrowsers.deleteMany({ _id: trusted({ $in: ids }) })).deletedCount;
      }),
  };
}
