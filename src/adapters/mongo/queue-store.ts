/**
 * Items that another server has not accepted yet, in MongoDB. A lease is an insert under its number: servers that read before
 * they write would give one lease to two callers. The holder of a lease alone updates the item until the lease ends.
 */
import { trusted } from 'mongoose';
import type { LeasedItem, QueueStore } from '../../ports/queue.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models } from './schema/collections.ts';
import type { ItemDocument, ItemLeaseDocument } from './schema/queue.ts';
import { idOf } from './stored-values.ts';
import { removed } from './writes/removal.ts';

type Found = ItemDocument | ItemLeaseDocument;

function isItem(found: Found): found is ItemDocument {
  return found.kind === 'mail';
}

function isLease(found: Found | null): found is ItemLeaseDocument {
  return found?.kind === 'lease';
}

export function createQueueStore(
  { act }: Connection,
  queue: Models['mailOutbox' | 'logoutOutbox'],
): QueueStore {
  /** Gives the number of the lease; null: somebody else holds one. */
  async function insertLease(mail: ItemDocument, now: number, until: Date): Promise<number | null> {
    for (let number = mail.lease + 1; ; number += 1) {
      const _id = idOf(mail._id, number);
      const { _id: mailId, expiresAt } = mail;
      if (await isFirst(queue.insertOne({ _id, kind: 'lease', mailId, until, expiresAt }))) return number;
      const other = await queue.findOne({ _id }).lean();
      // A lease that ran out before its holder began: the holder has died in between.
      if (!isLease(other) || other.until.getTime() > now) return null;
    }
  }

  async function lease(mail: ItemDocument, now: number, leasedUntil: number): Promise<LeasedItem[]> {
    const { _id: id, encrypted, expiresAt, putOffs } = mail;
    const until = new Date(leasedUntil);
    const number = await insertLease(mail, now, until);
    if (number === null) return [];
    const lostLeases = mail.lostLeases + Number(mail.isLeased);
    const begun = { dueAt: until, isLeased: true, lease: number, lostLeases };
    // A process that was stopped between the two acts must not take the message from a newer lease.
    const older = { _id: id, lease: trusted({ $lt: number }) };
    const { matchedCount } = await queue.updateOne(older, { $set: begun });
    if (matchedCount === 1)
      return [{ id, encrypted, expiresAt: expiresAt.getTime(), lease: number, putOffs, lostLeases }];
    if ((await queue.findOne({ _id: id }).lean()) === null) await queue.deleteMany({ mailId: id });
    return [];
  }

  return {
    insert: ({ id, encrypted, expiresAt }, now, leasedUntil) =>
      act(async () => {
        const isLeased = leasedUntil !== null;
        const mail: ItemDocument = {
          _id: id,
          kind: 'mail',
          encrypted,
          expiresAt: new Date(expiresAt),
          dueAt: new Date(leasedUntil ?? now),
          isLeased,
          lease: Number(isLeased),
          putOffs: 0,
          lostLeases: 0,
        };
        await isFirst(queue.insertOne(mail));
      }),
    take: (limit, now, leasedUntil) =>
      act(async () => {
        const due = await queue
          .find({ kind: 'mail', dueAt: trusted({ $lte: new Date(now) }) })
          .sort({ dueAt: 1 })
          .limit(limit)
          .lean();
        const leased = due.map((found) => (isItem(found) ? lease(found, now, leasedUntil) : []));
        return (await Promise.all(leased)).flat();
      }),
    putOff: ({ id, lease: number }, dueAt) =>
      act(async () => {
        await queue.updateOne(
          { _id: id, lease: number },
          { $set: { isLeased: false, dueAt: new Date(dueAt) }, $inc: { putOffs: 1 } },
        );
      }),
    remove: (id) =>
      act(async () => {
        await removed(queue, { _id: id });
        await queue.deleteMany({ mailId: id });
      }),
  };
}
