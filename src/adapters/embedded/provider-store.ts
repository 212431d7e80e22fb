/** Payloads of oidc-provider in SQLite: JSON, with columns for the look-ups. */
import { readObject } from '../../domain/json.ts';
import type { ReencryptableProviderStore } from '../../ports/keys.ts';
import type { ShortLivedProviderStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';

type Row = { payload: string; consumed: number | null };

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** `consumed` in seconds since the epoch, as the library does it. */
function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? Math.floor(value) : null;
}

function toPayload(row: Row | undefined): Record<string, unknown> | null {
  const payload = row ? readObject(row.payload) : null;
  return row && payload && row.consumed !== null ? { ...payload, consumed: row.consumed } : payload;
}

function columnsOf(payload: Readonly<Record<string, unknown>>) {
  const { grantId, uid, consumed } = payload;
  return {
    payload: JSON.stringify(payload),
    grantId: textOrNull(grantId),
    uid: textOrNull(uid),
    consumed: numberOrNull(consumed),
  };
}

export function createProviderStore(
  database: Database,
): ShortLivedProviderStore & ReencryptableProviderStore {
  const row = `INSERT INTO provider (model, id, payload, grant_id, uid, consumed, expires_at)
    VALUES (:model, :id, :payload, :grantId, :uid, :consumed, :expiresAt)`;
  const insert = database.statement(`${row} ON CONFLICT DO NOTHING`);
  const upsert = database.statement(
    `${row}
      ON CONFLICT DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
        consumed = coalesce(consumed, excluded.consumed), expires_at = excluded.expires_at`,
  );
  const update = database.statement(
    `UPDATE provider SET payload = :payload, grant_id = :grantId, uid = :uid,
        consumed = coalesce(consumed, :consumed), expires_at = :expiresAt
      WHERE model = :model AND id = :id`,
  );
  const alive = '(expires_at IS NULL OR expires_at > :now)';
  const find = database.statement<Row>(
    `SELECT payload, consumed FROM provider WHERE model = :model AND id = :id AND ${alive}`,
  );
  const findByUid = database.statement<Row>(
    `SELECT payload, consumed FROM provider WHERE model = :model AND uid = :uid AND ${alive}
      ORDER BY rowid DESC LIMIT 1`,
  );
  const consume = database.statement(
    `UPDATE provider SET consumed = :consumed
      WHERE model = :model AND id = :id AND consumed IS NULL AND ${alive}`,
  );
  const replace = database.statement(
    `UPDATE provider SET id = :nextId, payload = :next, expires_at = :expiresAt
      WHERE model = :model AND id = :id AND payload = :previous`,
  );
  const destroy = database.statement('DELETE FROM provider WHERE model = :model AND id = :id');
  const revoke = database.statement('DELETE FROM provider WHERE model = :model AND grant_id = :grantId');
  const page = database.statement<{ id: string; payload: string }>(
    `SELECT id, payload FROM provider WHERE model = :model AND id > :after AND ${alive}
      ORDER BY id LIMIT :limit`,
  );
  const reseal = database.statement(
    'UPDATE provider SET payload = :next WHERE model = :model AND id = :id AND payload = :previous',
  );

  return {
    upsert: (model, id, payload, expiresAt) =>
      database.write(() => {
        upsert.run({ model, id, ...columnsOf(payload), expiresAt });
      }),
    insert: (model, id, payload, expiresAt) =>
      database.write(() => insert.run({ model, id, ...columnsOf(payload), expiresAt }) === 1),
    update: (model, id, payload, expiresAt) =>
      database.write(() => update.run({ model, id, ...columnsOf(payload), expiresAt }) === 1),
    find: (model, id, now) => database.act(() => toPayload(find.get({ model, id, now }))),
    findByUid: (model, uid, now) => database.act(() => toPayload(findByUid.get({ model, uid, now }))),
    consume: (model, id, now) =>
      database.write(() => consume.run({ model, id, now, consumed: Math.floor(now / 1000) }) === 1),
    replace: (model, previous, next, expiresAt) =>
      database.write(() => {
        const texts = { previous: JSON.stringify(previous.payload), next: JSON.stringify(next.payload) };
        return replace.run({ model, id: previous.id, nextId: next.id, ...texts, expiresAt }) === 1;
      }),
    destroy: (model, id) => database.write(() => destroy.run({ model, id }) === 1),
    revokeByGrantId: (model, grantId) => database.write(() => void revoke.run({ model, grantId })),
    page: (model, after, limit, now) =>
      database.act(() =>
        page
          .all({ model, after: after ?? '', limit, now })
          .map(({ id, payload }) => ({ id, payload: readObject(payload) ?? {} })),
      ),
    replacePayload: (model, { id, payload }, next) =>
      database.write(
        () => reseal.run({ model, id, previous: JSON.stringify(payload), next: JSON.stringify(next) }) === 1,
      ),
  };
}
