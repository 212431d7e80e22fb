/** Sign-in records in MongoDB, and the applications of their sessions. A record with unreadable authentication events counts as absent: the person signs in again. */
import { Types, trusted } from 'mongoose';
import type { SessionClient, SignInRecord } from '../../domain/sign-in/sign-in-record.ts';
import {
  fromStoredAuthentications,
  toStoredAuthentication,
} from '../../domain/sign-in/stored-authentication.ts';
import type { SessionClientStore, SignInRecordStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { upserted } from './faults.ts';
import type { Models, SignInRecordDocument } from './schema/collections.ts';
import type { SessionClientDocument } from './schema/session-client.ts';
import { findBy, idOf, readStrings } from './stored-values.ts';
import { removed } from './writes/removal.ts';

function toRecord(found: SignInRecordDocument | undefined): SignInRecord | null {
  const authentications = fromStoredAuthentications(found?.proofs);
  if (!found || !authentications) return null;
  return {
    sessionUid: found._id,
    accountId: found.accountId,
    authentications,
    trustedBrowserId: found.trustedBrowserId ?? null,
    atMs: found.at.getTime(),
    ip: found.address,
    browser: found.browser,
    lastUsedAt: (found.lastUsedAt ?? found.at).getTime(),
    offlineClients: readStrings(found.offlineClients ?? []) ?? [],
    expiresAt: found.expiresAt.getTime(),
  };
}

export function createSignInRecordStore({ act }: Connection, { records }: Models): SignInRecordStore {
  return {
    save: ({ sessionUid, authentications, atMs, ip, lastUsedAt, expiresAt, ...others }) =>
      act(() => {
        const order = new Types.ObjectId();
        const { offlineClients: _, ...rest } = others;
        const dates = {
          at: new Date(atMs),
          lastUsedAt: new Date(lastUsedAt),
          expiresAt: new Date(expiresAt),
        };
        const changes = {
          ...rest,
          ...dates,
          address: ip,
          proofs: authentications.map(toStoredAuthentication),
          order,
        };
        return upserted(() => records.updateOne({ _id: sessionUid }, { $set: changes }, { upsert: true }));
      }),
    replaceAuthentications: (sessionUid, authentications) =>
      act(async () => {
        const proofs = authentications.map(toStoredAuthentication);
        await records.updateOne({ _id: sessionUid }, { $set: { proofs } });
      }),
    noteUse: (sessionUid, atMs) =>
      act(async () => {
        await records.updateOne({ _id: sessionUid }, { $max: { lastUsedAt: new Date(atMs) } });
      }),
    noteOffline: (sessionUid, clientId) =>
      act(async () => {
        await records.updateOne({ _id: sessionUid }, { $addToSet: { offlineClients: clientId } });
      }),
    find: (sessionUid, now) =>
      act(async () => {
        const record = toRecord((await findBy<SignInRecordDocument>(records, { _id: sessionUid }))[0]);
        return record && record.expiresAt > now ? record : null;
      }),
    listByAccount: (accountId, now) =>
      act(async () => {
        const alive = trusted({ $gt: new Date(now) });
        const found = await records.find({ accountId, expiresAt: alive }).sort({ at: -1, order: -1 }).lean();
        return found.map(toRecord).filter((record) => record !== null);
      }),
    remove: (sessionUid) => act(async () => void (await removed(records, { _id: sessionUid }))),
  };
}

function toClient(found: SessionClientDocument): SessionClient {
  const { sessionUid, clientId, accountId, sid, noticeId, expiresAt } = found;
  return { sessionUid, clientId, accountId, sid, noticeId, expiresAt: expiresAt.getTime() };
}

export function createSessionClientStore(
  { act }: Connection,
  { sessionClients }: Models,
): SessionClientStore {
  const listed = (of: { sessionUid: string } | { accountId: string }, now: number) =>
    act(async () => {
      const alive = trusted({ $gt: new Date(now) });
      return (await sessionClients.find({ ...of, expiresAt: alive }).lean()).map(toClient);
    });

  return {
    insert: ({ expiresAt, ...client }) =>
      act(async () => {
        const _id = idOf(client.sessionUid, client.clientId, client.sid);
        const longest = { $max: { expiresAt: new Date(expiresAt) } };
        await upserted(() =>
          sessionClients.updateOne({ _id }, { $setOnInsert: client, ...longest }, { upsert: true }),
        );
      }),
    listBySession: (sessionUid, now) => listed({ sessionUid }, now),
    listByAccount: (accountId, now) => listed({ accountId }, now),
    remove: (noticeId) => act(async () => void (await sessionClients.deleteMany({ noticeId }))),
  };
}
