/** The encryption keys that the accounts store knows, in SQLite. */
import type { KeyRecord, KeyStore } from '../../ports/keys.ts';
import type { Database } from './sqlite/database.ts';

type Row = { id: string; digest_key: string; added_at: number; used_at: number | null };

function toRecord(row: Row): KeyRecord {
  return { id: row.id, digestKey: row.digest_key, addedAt: row.added_at, usedAt: row.used_at };
}

export function createKeyStore(database: Database): KeyStore {
  const all = database.statement<Row>('SELECT * FROM encryption_keys ORDER BY added_at, id');
  const insert = database.statement(
    `INSERT INTO encryption_keys (id, digest_key, added_at, used_at) VALUES (:id, :digestKey, :addedAt, :usedAt)
      ON CONFLICT DO NOTHING`,
  );
  const markUsed = database.statement(
    'UPDATE encryption_keys SET used_at = :at WHERE id = :id AND used_at IS NULL',
  );
  const remove = database.statement('DELETE FROM encryption_keys WHERE id = :id');

  return {
    list: () => database.act(() => all.all().map(toRecord)),
    insert: (record) => database.write(() => insert.run({ ...record }) === 1),
    markUsed: (id, at) => database.write(() => void markUsed.run({ id, at })),
    remove: (id) => database.write(() => remove.run({ id }) === 1),
  };
}
