/** Sign-in transactions in SQLite. The table is called `progress`. */
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import {
  readAuthentications,
  readMore,
  readPendingEnrolment,
  writeAuthentications,
} from './sqlite/stored-json.ts';

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

function toRow(transaction: SignInTransaction): Row {
  const { challenges, isSetUpProven, newCodes, trustBrowser, canUsePasskeys, undo } = transaction;
  return {
    uid: transaction.uid,
    version: transaction.version,
    account_id: transaction.accountId,
    proofs: writeAuthentications(transaction.authentications),
    pending: transaction.pendingEnrolment && JSON.stringify(transaction.pendingEnrolment),
    later: Number(transaction.later),
    keeps_auth_time: transaction.keepsAuthTime,
    expires_at: transaction.expiresAt,
    more: JSON.stringify({ challenges, isSetUpProven, newCodes, trustBrowser, canUsePasskeys, undo }),
  };
}

function toTransaction(row: Row): SignInTransaction | null {
  const authentications = readAuthentications(row.proofs);
  const pendingEnrolment = row.pending === null ? null : readPendingEnrolment(row.pending);
  const more = row.more === null ? EMPTY_TRANSACTION : readMore(row.more);
  if (!authentications || !more || (row.pending !== null && !pendingEnrolment)) return null;
  return {
    uid: row.uid,
    version: row.version,
    accountId: row.account_id,
    authentications,
    pendingEnrolment,
    challenges: more.challenges,
    isSetUpProven: more.isSetUpProven,
    newCodes: more.newCodes,
    trustBrowser: more.trustBrowser,
    canUsePasskeys: more.canUsePasskeys,
    later: row.later === 1,
    undo: more.undo,
    keepsAuthTime: row.keeps_auth_time,
    expiresAt: row.expires_at,
  };
}

export function createTransactionStore(database: Database): TransactionStore {
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
        const transaction = row.expires_at > now ? toTransaction(row) : null;
        // An expired or unreadable row must not block a new one, which begins at version 0.
        if (!transaction) forget.run({ uid, version: row.version, expiresAt: row.expires_at });
        return transaction;
      }),
    save: async (transaction) => {
      const write = transaction.version === 0 ? insert : update;
      const isFirst = await database.write(() => write.run(toRow(transaction)) === 1);
      return isFirst ? { ...transaction, version: transaction.version + 1 } : null;
    },
    remove: (uid) => database.write(() => void remove.run({ uid })),
  };
}
