/** How far each sign-in has come, in SQLite. */
import { NOTHING_YET, type Progress } from '../../domain/sign-in/transaction.ts';
import type { ProgressStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import { readMore, readPendingSetUp, readProofs } from './sqlite/stored-json.ts';

type Row = {
  uid: string;
  version: number;
  account_id: string;
  proofs: string;
  pending: string | null;
  later: number;
  keeps_auth_time: number | null;
  expires_at: number;
  more: string | null;
};

function toRow(progress: Progress): Row {
  const { challenges, isSetUpProven, newCodes, trustBrowser } = progress;
  return {
    uid: progress.uid,
    version: progress.version,
    account_id: progress.accountId,
    proofs: JSON.stringify(progress.proofs),
    pending: progress.pending && JSON.stringify(progress.pending),
    later: Number(progress.later),
    keeps_auth_time: progress.keepsAuthTime,
    expires_at: progress.expiresAt,
    more: JSON.stringify({ challenges, isSetUpProven, newCodes, trustBrowser }),
  };
}

function toProgress(row: Row): Progress | null {
  const proofs = readProofs(row.proofs);
  const pending = row.pending === null ? null : readPendingSetUp(row.pending);
  const more = row.more === null ? NOTHING_YET : readMore(row.more);
  if (!proofs || !more || (row.pending !== null && !pending)) return null;
  return {
    uid: row.uid,
    version: row.version,
    accountId: row.account_id,
    proofs,
    pending,
    challenges: more.challenges,
    isSetUpProven: more.isSetUpProven,
    newCodes: more.newCodes,
    trustBrowser: more.trustBrowser,
    later: row.later === 1,
    keepsAuthTime: row.keeps_auth_time,
    expiresAt: row.expires_at,
  };
}

export function createProgressStore(database: Database): ProgressStore {
  const find = database.statement<Row>('SELECT * FROM progress WHERE uid = :uid');
  const forget = database.statement(
    'DELETE FROM progress WHERE uid = :uid AND version = :version AND expires_at = :expiresAt',
  );
  const insert = database.statement(
    `INSERT INTO progress (uid, version, account_id, proofs, pending, later, keeps_auth_time, expires_at, more)
      VALUES (:uid, :version + 1, :account_id, :proofs, :pending, :later, :keeps_auth_time, :expires_at, :more)
      ON CONFLICT DO NOTHING`,
  );
  // Patched (RFC 7396), so that what a newer release has told stays; null is as good as absent.
  const update = database.statement(
    `UPDATE progress SET version = :version + 1, account_id = :account_id, proofs = :proofs, pending = :pending,
      later = :later, keeps_auth_time = :keeps_auth_time, expires_at = :expires_at,
      more = json_patch(coalesce(more, '{}'), :more)
      WHERE uid = :uid AND version = :version`,
  );
  const remove = database.statement('DELETE FROM progress WHERE uid = :uid');

  return {
    find: (uid, now) =>
      database.act(() => {
        const row = find.get({ uid });
        if (!row) return null;
        const progress = row.expires_at > now ? toProgress(row) : null;
        // What is expired or unreadable must not stand in the way of a new one, which begins at version 0.
        if (!progress) forget.run({ uid, version: row.version, expiresAt: row.expires_at });
        return progress;
      }),
    save: async (progress) => {
      const write = progress.version === 0 ? insert : update;
      const isFirst = await database.write(() => write.run(toRow(progress)) === 1);
      return isFirst ? { ...progress, version: progress.version + 1 } : null;
    },
    remove: (uid) => database.write(() => void remove.run({ uid })),
  };
}
