/** Trusted browsers in MongoDB. */
import { Types, trusted } from 'mongoose';
import type { TrustedBrowser } from '../../domain/sign-in/trusted-browser.ts';
import type { TrustedBrowserStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models, TrustedBrowserDocument } from './schema/collections.ts';
import { dateOf } from './stored-values.ts';
import { removed } from './writes/removal.ts';

function toDocument(given: TrustedBrowser): TrustedBrowserDocument {
  const { id, createdAt, lastUsedAt, expiresAt, rotations, ...rest } = given;
  return {
    ...rest,
    _id: id,
    createdAt: new Date(createdAt),
    lastUsedAt: dateOf(lastUsedAt),
    expiresAt: new Date(expiresAt),
    rotations: rotations.map((at) => new Date(at)),
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
    generation: found.generation ?? 0,
    rotations: (found.rotations ?? []).map((at) => at.getTime()),
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
    rotate: (browser) =>
      act(async () => {
        const { _id, accountId, order, ...changes } = toDocument(browser);
        // Also one of an older release, which has no generation.
        const earlier = trusted({ $not: { $gte: browser.generation } });
        const those = { _id, accountId, generation: earlier };
        const after = { returnDocument: 'after' } as const;
        const found =
          (await trustedBrowsers.findOneAndUpdate(those, { $set: changes }, after).lean()) ??
          (await trustedBrowsers.findOne({ _id, accountId }).lean());
        return found && toTrusted(found);
      }),
    remove: (accountId, id) => act(() => removed(trustedBrowsers, { _id: id, accountId })),
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
