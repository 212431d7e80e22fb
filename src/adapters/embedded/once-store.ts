/** Once-only keys in SQLite: the first insert of a key wins. */
import type { OnceStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';

type Row = { value: string };

export function createOnceStore(database: Database): OnceStore {
  const claim = database.statement(
    `INSERT INTO claims (key, value, expires_at) VALUES (:key, '', :expiresAt) ON CONFLICT DO NOTHING`,
  );
  // The update changes nothing: it makes RETURNING answer for a row that was there before.
  const first = database.statement<Row>(
    `INSERT INTO claims (key, value, expires_at) VALUES (:key, :value, :expiresAt)
      ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING value`,
  );
  const peek = database.statement<Row>('SELECT value FROM claims WHERE key = :key');
  const held = database.statement<{ key: string }>(
    'SELECT key FROM claims WHERE key IN (SELECT value FROM json_each(:keys))',
  );

  return {
    claim: (key, expiresAt) => database.write(() => claim.run({ key, expiresAt }) === 1),
    first: (key, value, expiresAt) =>
      // Looked up first: all calls but one can do without a write.
      database.write(() => peek.get({ key })?.value ?? first.get({ key, value, expiresAt })?.value ?? value),
    peek: (key) => database.act(() => peek.get({ key })?.value ?? null),
    held: (keys) =>
      database.act(() => new Set(held.all({ keys: JSON.stringify(keys) }).map(({ key }) => key))),
  };
}
