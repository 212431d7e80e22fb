/** Items that another server has not accepted yet, in SQLite: a table for each kind. */
import type { LeasedItem, QueueStore } from '../../ports/queue.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto } from './sqlite/insertion.ts';

type Row = {
  id: string;
  encrypted: string;
  expires_at: number;
  /** The end of the lease where there is one. */
  due_at: number;
  is_leased: number;
  lease: number;
  put_offs: number;
  lost_leases: number;
};

const COLUMNS = [
  'id',
  'encrypted',
  'expires_at',
  'due_at',
  'is_leased',
  'lease',
  'put_offs',
  'lost_leases',
] as const satisfies readonly (keyof Row)[];

function toLeased(row: Row): LeasedItem {
  return {
    id: row.id,
    encrypted: row.encrypted,
    expiresAt: row.expires_at,
    lease: row.lease,
    putOffs: row.put_offs,
    lostLeases: row.lost_leases,
  };
}

export function createQueueStore(database: Database, table: 'mail_outbox' | 'logout_outbox'): QueueStore {
  const insert = database.statement(`${insertInto(table, COLUMNS)} ON CONFLICT DO NOTHING`);
  const isDue = database.statement(`SELECT 1 FROM ${table} WHERE due_at <= :now LIMIT 1`);
  const take = database.statement<Row>(
    `UPDATE ${table}
      SET lost_leases = lost_leases + is_leased, is_leased = 1, lease = lease + 1, due_at = :leasedUntil
      WHERE id IN (SELECT id FROM ${table} WHERE due_at <= :now ORDER BY due_at, rowid LIMIT :limit)
      RETURNING *`,
  );
  const putOff = database.statement(
    `UPDATE ${table} SET is_leased = 0, due_at = :dueAt, put_offs = put_offs + 1
      WHERE id = :id AND lease = :lease`,
  );
  const remove = database.statement(`DELETE FROM ${table} WHERE id = :id`);

  return {
    insert: ({ id, encrypted, expiresAt }, now, leasedUntil) =>
      database.write(() => {
        const isLeased = Number(leasedUntil !== null);
        insert.run({
          id,
          encrypted,
          expires_at: expiresAt,
          due_at: leasedUntil ?? now,
          is_leased: isLeased,
          lease: isLeased,
          put_offs: 0,
          lost_leases: 0,
        });
      }),
    async take(limit, now, leasedUntil) {
      // Most of the time nothing is due. A read takes no write lock.
      if (!(await database.act(() => isDue.get({ now })))) return [];
      const rows = await database.write(() => take.all({ limit, now, leasedUntil }));
      return rows.map(toLeased);
    },
    putOff: ({ id, lease }, dueAt) => database.write(() => void putOff.run({ id, lease, dueAt })),
    remove: (id) => database.write(() => void remove.run({ id })),
  };
}
