/** Sign-in records in SQLite, and the applications of their sessions. A record with unreadable authentication events counts as absent: the person signs in again. */
import type { SessionClient, SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import type { SessionClientStore, SignInRecordStore } from '../../ports/stores.ts';
import type { Database } from './sqlite/database.ts';
import { insertInto, putInto } from './sqlite/insertion.ts';
import { readAuthentications, readStrings, writeAuthentications } from './sqlite/stored-json.ts';

type Row = {
  session_uid: string;
  account_id: string;
  proofs: string;
  at: number;
  address: string;
  browser: string;
  expires_at: number;
  trusted_browser_id: string | null;
  /** Null: as `at`. */
  last_used_at: number | null;
};

/** `offline_clients` is JSON; null: none. A save leaves it as it is. */
type StoredRow = Row & { offline_clients: string | null };

const COLUMNS = [
  'session_uid',
  'account_id',
  'proofs',
  'at',
  'address',
  'browser',
  'expires_at',
  'trusted_browser_id',
  'last_used_at',
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
    last_used_at: record.lastUsedAt,
  };
}

function toRecord(row: StoredRow | undefined): SignInRecord | null {
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
    lastUsedAt: row.last_used_at ?? row.at,
    offlineClients: readStrings(row.offline_clients ?? '[]') ?? [],
    expiresAt: row.expires_at,
  };
}

export function createSignInRecordStore(database: Database): SignInRecordStore {
  const save = database.statement(putInto('sign_in_records', 'session_uid', COLUMNS));
  const replace = database.statement(
    'UPDATE sign_in_records SET proofs = :proofs WHERE session_uid = :sessionUid',
  );
  const raise = database.statement(
    `UPDATE sign_in_records SET last_used_at = :atMs
      WHERE session_uid = :sessionUid AND coalesce(last_used_at, at) < :atMs`,
  );
  const offline = database.statement<Pick<StoredRow, 'offline_clients'>>(
    'SELECT offline_clients FROM sign_in_records WHERE session_uid = :sessionUid',
  );
  const setOffline = database.statement(
    'UPDATE sign_in_records SET offline_clients = :clients WHERE session_uid = :sessionUid',
  );
  const find = database.statement<StoredRow>(
    'SELECT * FROM sign_in_records WHERE session_uid = :sessionUid AND expires_at > :now',
  );
  const byAccount = database.statement<StoredRow>(
    `SELECT * FROM sign_in_records WHERE account_id = :accountId AND expires_at > :now
      ORDER BY at DESC, rowid DESC`,
  );
  const remove = database.statement('DELETE FROM sign_in_records WHERE session_uid = :sessionUid');

  return {
    save: (record) => database.write(() => void save.run(toRow(record))),
    replaceAuthentications: (sessionUid, authentications) =>
      database.write(() => void replace.run({ sessionUid, proofs: writeAuthentications(authentications) })),
    noteUse: (sessionUid, atMs) => database.write(() => void raise.run({ sessionUid, atMs })),
    noteOffline: (sessionUid, clientId) =>
      database.write(() => {
        const known = readStrings(offline.get({ sessionUid })?.offline_clients ?? '[]') ?? [];
        if (known.includes(clientId)) return;
        setOffline.run({ sessionUid, clients: JSON.stringify([...known, clientId]) });
      }),
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

type ClientRow = {
  session_uid: string;
  client_id: string;
  sid: string;
  notice_id: string;
  account_id: string;
  expires_at: number;
};

const CLIENT_COLUMNS = [
  'session_uid',
  'client_id',
  'sid',
  'notice_id',
  'account_id',
  'expires_at',
] as const satisfies readonly (keyof ClientRow)[];

function toClient(row: ClientRow): SessionClient {
  return {
    sessionUid: row.session_uid,
    clientId: row.client_id,
    accountId: row.account_id,
    sid: row.sid,
    noticeId: row.notice_id,
    expiresAt: row.expires_at,
  };
}

export function createSessionClientStore(database: Database): SessionClientStore {
  const insert = database.statement(
    `${insertInto('session_clients', CLIENT_COLUMNS)} ON CONFLICT (session_uid, client_id, sid)
      DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`,
  );
  const bySession = database.statement<ClientRow>(
    'SELECT * FROM session_clients WHERE session_uid = :sessionUid AND expires_at > :now',
  );
  const byAccount = database.statement<ClientRow>(
    'SELECT * FROM session_clients WHERE account_id = :accountId AND expires_at > :now',
  );
  const remove = database.statement('DELETE FROM session_clients WHERE notice_id = :noticeId');

  return {
    insert: ({ sessionUid, clientId, accountId, sid, noticeId, expiresAt }) =>
      database.write(
        () =>
          void insert.run({
            session_uid: sessionUid,
            client_id: clientId,
            sid,
            notice_id: noticeId,
            account_id: accountId,
            expires_at: expiresAt,
          }),
      ),
    listBySession: (sessionUid, now) => database.act(() => bySession.all({ sessionUid, now }).map(toClient)),
    listByAccount: (accountId, now) => database.act(() => byAccount.all({ accountId, now }).map(toClient)),
    remove: (noticeId) => database.write(() => void remove.run({ noticeId })),
  };
}
