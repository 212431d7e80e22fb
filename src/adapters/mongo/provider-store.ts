/** What oidc-provider keeps, in MongoDB: JSON of its own, with the fields by which it is found again. */
import { Types } from 'mongoose';
import type { ProviderStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst, upserted } from './faults.ts';
import type { ConsumptionDocument, Models, ProviderDocument } from './schema.ts';
import { dateOf, idOf, readObject } from './stored-values.ts';

type Payload = Record<string, unknown>;

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function payloadAt(found: ProviderDocument | null, now: number): Payload | null {
  if (!found || (found.expiresAt !== null && found.expiresAt.getTime() <= now)) return null;
  return readObject(found.payload);
}

function withMark(payload: Payload | null, mark: ConsumptionDocument | null): Payload | null {
  return payload && mark ? { ...payload, consumed: mark.consumed } : payload;
}

export function createProviderStore({ act }: Connection, models: Models): ProviderStore {
  const { provider, consumptions } = models;
  return {
    upsert: (model, id, payload, expiresAt) =>
      act(() => {
        const changes = {
          kind: model,
          payload: JSON.stringify(payload),
          grantId: textOrNull(payload.grantId),
          uid: textOrNull(payload.uid),
          expiresAt: dateOf(expiresAt),
        };
        const update = { $set: changes, $setOnInsert: { order: new Types.ObjectId() } };
        return upserted(() => provider.updateOne({ _id: idOf(model, id) }, update, { upsert: true }));
      }),
    find: (model, id, now) =>
      act(async () => {
        const _id = idOf(model, id);
        const [found, mark] = await Promise.all([
          provider.findOne({ _id }).lean(),
          consumptions.findOne({ _id }).lean(),
        ]);
        return withMark(payloadAt(found, now), mark);
      }),
    findByUid: (model, uid, now) =>
      act(async () => {
        const found = await provider.find({ uid, kind: model }).sort({ order: -1 }).lean();
        const newest = found.find((document) => payloadAt(document, now) !== null) ?? null;
        if (!newest) return null;
        return withMark(payloadAt(newest, now), await consumptions.findOne({ _id: newest._id }).lean());
      }),
    /** The mark outlives the payload: who read that before it was destroyed must not find the mark gone. */
    consume: (model, id, now) =>
      act(async () => {
        const _id = idOf(model, id);
        const found = await provider.findOne({ _id }).lean();
        const payload = payloadAt(found, now);
        if (!found || !payload || (payload.consumed ?? null) !== null) return false;
        const mark = { _id, consumed: Math.floor(now / 1000), expiresAt: found.expiresAt };
        return isFirst(consumptions.insertOne(mark));
      }),
    /** To delete one document by its id is one act on every server: of two callers one is told that it did. */
    destroy: (model, id) =>
      act(async () => (await provider.deleteOne({ _id: idOf(model, id) })).deletedCount === 1),
    revokeByGrantId: (model, grantId) =>
      act(async () => void (await provider.deleteMany({ grantId, kind: model }))),
  };
}
