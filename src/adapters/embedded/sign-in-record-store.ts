/** Sign-in records in SQLite. One with unreadable authentication events counts as absent: the person signs in again. */
import type { SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import { putInto } from './sqlite/insertion.ts';
import { readAuthentications, writeAuthentications } from './sqlite/stored-json.ts';

type Row = {
  session_uid: string;
  account_id: string;
  proofs: string;
  at: number;
  address: string;
  browser: string;
  expires_at: number;
  trusted_browser_id: string | null;
};

const COLUMNS = [
  'session_uid',
  'account_id',
  'proofs',
  'at',
  'address',
  'browser',
  'expires_at',
  'trusted_browser_id',
] as const satisfies readonly (keyof Row)[];

function toRow(record: SignInRecord): Row {
  return {
    session_uid: record.sessionUid,
    account_id: record.accountId,
    proofs: writeAuthentications(record.authentications),
    at: record.atMs,
    address: record.ip,
    browser: record.browser,
    expires_at: record.expiresAt,
    trusted_browser_id: record.trustedBrowserId,
  };
}

function toRecord(row: Row | undefined): SignInRecord | null {
  const authentications = row ? readAuthentications(row.proofs) : null;
  if (!row || !authentications) return null;
  return {
    sessionUid: row.session_uid,
    accountId: row.account_id,
    authentications,
    trustedBrowserId: row.trusted_browser_id,
    atMs: row.at,
    ip: row.address,
    browser: row.browser,
    expiresAt: row.expires_at,
  };
}

export function createSignInRecordStore(database: Database): SignInRecordStore {
  const save = database.statement(putInto('sign_in_records', 'session_uid', COLUMNS));
  const find = database.statement<Row>(
    'SELECT * FROM sign_in_records WHERE session_uid = :sessionUid AND expires_at > :now',
  );
  const byAccount = database.statement<Row>(
    `SELECT * FROM sign_in_records WHERE account_id = :accountId AND expires_at > :now
      ORDER BY at DESC, rowid DESC`,
  );
  const remove = database.statement('DELETE FROM sign_in_records WHERE session_uid = :sessionUid');

  return {
    save: (record) => database.write(() => void save.run(toRow(record))),
    find: (sessionUid, now) => database.act(() => toRecord(find.get({ sessionUid, now }))),
    listByAccount: (accountId, now) =>
      database.act(() =>
        byAccount
          .all({ accountId, now })
          .map(toRecord)
          .filter((record) => record !== null),
      ),
    remove: (sessionUid) => database.write(() => void remove.run({ sessionUid })),
  };
}
