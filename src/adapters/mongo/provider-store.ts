/** Payloads of oidc-provider in MongoDB: JSON text, with fields for the look-ups. */
import { Types, trusted } from 'mongoose';
import { readObject } from '../../domain/json.ts';
import type { ReencryptableProviderStore } from '../../ports/keys.ts';
import type { Connection } from './connection.ts';
import { isFirst, upserted } from './faults.ts';
import type { Models } from './schema/collections.ts';
import type { ConsumptionDocument, PayloadDocument } from './schema/provider.ts';
import { dateOf, findBy, idOf } from './stored-values.ts';
import { removed } from './writes/removal.ts';

type Payload = Record<string, unknown>;
type Found = PayloadDocument | ConsumptionDocument;

/** Models without a mark to look for: by one id alone a document is found at once on every server. */
const NEVER_CONSUMED: ReadonlySet<string> = new Set(['Grant']);

function isPayload(found: Found): found is PayloadDocument {
  return 'payload' in found;
}

function isConsumption(found: Found): found is ConsumptionDocument {
  return 'consumed' in found;
}

function markId(payloadId: string): string {
  return idOf(payloadId, 'consumed');
}

/** The bounds of every `idOf(model, id)`. */
function rangeOf(model: string): readonly [first: string, last: string] {
  const beginning = idOf(model).slice(0, -1);
  return [`${beginning},`, `${beginning}-`];
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function fieldsOf(model: string, payload: Readonly<Payload>, expiresAt: number | null) {
  return {
    kind: model,
    payload: JSON.stringify(payload),
    grantId: textOrNull(payload.grantId),
    uid: textOrNull(payload.uid),
    expiresAt: dateOf(expiresAt),
  };
}

function payloadAt({ payload, expiresAt }: PayloadDocument, now: number): Payload | null {
  return expiresAt !== null && expiresAt.getTime() <= now ? null : readObject(payload);
}

/** The payload with the mark that it was consumed, if there is one. */
function toPayload(found: readonly Found[], now: number): Payload | null {
  const stored = found.find(isPayload);
  const payload = stored ? payloadAt(stored, now) : null;
  const mark = found.find(isConsumption);
  return payload && mark ? { ...payload, consumed: mark.consumed } : payload;
}

export function createProviderStore({ act }: Connection, { provider }: Models): ReencryptableProviderStore {
  async function find(model: string, id: string, now: number): Promise<Payload | null> {
    const _id = idOf(model, id);
    if (NEVER_CONSUMED.has(model)) return toPayload(await findBy<Found>(provider, { _id }), now);
    return toPayload(await provider.find({ _id: trusted({ $in: [_id, markId(_id)] }) }).lean(), now);
  }

  async function findByUid(model: string, uid: string, now: number): Promise<Payload | null> {
    const found: Found[] = await provider.find({ uid, kind: model }).sort({ order: -1 }).lean();
    const newest = found.filter(isPayload).find((one) => payloadAt(one, now) !== null);
    if (!newest) return null;
    const mark = await provider.findOne({ _id: markId(newest._id) }).lean();
    return toPayload(mark ? [newest, mark] : [newest], now);
  }

  /** The mark outlives the payload: who read that before it was destroyed must not find the mark gone. */
  async function consume(model: string, id: string, now: number): Promise<boolean> {
    const payloadId = idOf(model, id);
    const stored = await provider.findOne({ _id: payloadId }).lean();
    if (!stored || !isPayload(stored)) return false;
    const payload = payloadAt(stored, now);
    if (!payload || (payload.consumed ?? null) !== null) return false;
    const consumed = Math.floor(now / 1000);
    const mark = { _id: markId(payloadId), payloadId, consumed, forgetAt: stored.expiresAt };
    return isFirst(provider.insertOne(mark));
  }

  return {
    upsert: (model, id, payload, expiresAt) =>
      act(() => {
        const changes = fieldsOf(model, payload, expiresAt);
        const update = { $set: changes, $setOnInsert: { order: new Types.ObjectId() } };
        return upserted(() => provider.updateOne({ _id: idOf(model, id) }, update, { upsert: true }));
      }),
    insert: (model, id, payload, expiresAt) =>
      act(() => {
        const fields = fieldsOf(model, payload, expiresAt);
        return isFirst(provider.insertOne({ _id: idOf(model, id), ...fields, order: new Types.ObjectId() }));
      }),
    update: (model, id, payload, expiresAt) =>
      act(async () => {
        const changes = { $set: fieldsOf(model, payload, expiresAt) };
        return (await provider.updateOne({ _id: idOf(model, id) }, changes)).matchedCount === 1;
      }),
    find: (model, id, now) => act(() => find(model, id, now)),
    findByUid: (model, uid, now) => act(() => findByUid(model, uid, now)),
    consume: (model, id, now) => act(() => consume(model, id, now)),
    destroy: (model, id) => act(() => removed(provider, { _id: idOf(model, id) })),
    revokeByGrantId: (model, grantId) =>
      act(async () => void (await provider.deleteMany({ grantId, kind: model }))),
    /** By the ids of documents: those of a model stand together. */
    page: (model, after, limit, now) =>
      act(async () => {
        const [first, last] = rangeOf(model);
        const found: Found[] = await provider
          .find({
            kind: model,
            _id: trusted({ $gt: after ?? first, $lt: last }),
            $or: [{ expiresAt: null }, { expiresAt: trusted({ $gt: new Date(now) }) }],
          })
          .sort({ _id: 1 })
          .limit(limit)
          .lean();
        return found
          .filter(isPayload)
          .map(({ _id, payload }) => ({ id: _id, payload: readObject(payload) ?? {} }));
      }),
    replacePayload: (model, { id, payload }, next) =>
      act(async () => {
        const replaced = await provider.updateOne(
          { _id: id, kind: model, payload: JSON.stringify(payload) },
          { $set: { payload: JSON.stringify(next) } },
        );
        return replaced.modifiedCount === 1;
      }),
  };
}
