/**
 * Mail that no transport has accepted yet, in MongoDB. A lease is an insert under its number: servers that read before
 * they write would give one lease to two callers. The holder of a lease alone updates the message until the lease ends.
 */
import { trusted } from 'mongoose';
import type { LeasedMail, MailOutboxStore } from '../../ports/mail.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models } from './schema/collections.ts';
import type { MailDocument, MailLeaseDocument } from './schema/mail-outbox.ts';
import { idOf } from './stored-values.ts';

type Found = MailDocument | MailLeaseDocument;

function isMail(found: Found): found is MailDocument {
  return found.kind === 'mail';
}

function isLease(found: Found | null): found is MailLeaseDocument {
  return found?.kind === 'lease';
}

export function createMailOutboxStore({ act }: Connection, { mailOutbox }: Models): MailOutboxStore {
  /** Gives the number of the lease; null: somebody else holds one. */
  async function insertLease(mail: MailDocument, now: number, until: Date): Promise<number | null> {
    for (let number = mail.lease + 1; ; number += 1) {
      const _id = idOf(mail._id, number);
      const { _id: mailId, expiresAt } = mail;
      if (await isFirst(mailOutbox.insertOne({ _id, kind: 'lease', mailId, until, expiresAt })))
        return number;
      const other = await mailOutbox.findOne({ _id }).lean();
      // A lease that ran out before its holder began: the holder has died in between.
      if (!isLease(other) || other.until.getTime() > now) return null;
    }
  }

  async function lease(mail: MailDocument, now: number, leasedUntil: number): Promise<LeasedMail[]> {
    const { _id: id, encrypted, expiresAt, putOffs } = mail;
    const until = new Date(leasedUntil);
    const number = await insertLease(mail, now, until);
    if (number === null) return [];
    const lostLeases = mail.lostLeases + Number(mail.isLeased);
    const begun = { dueAt: until, isLeased: true, lease: number, lostLeases };
    // A process that was stopped between the two acts must not take the message from a newer lease.
    const older = { _id: id, lease: trusted({ $lt: number }) };
    const { matchedCount } = await mailOutbox.updateOne(older, { $set: begun });
    if (matchedCount === 1)
      return [{ id, encrypted, expiresAt: expiresAt.getTime(), lease: number, putOffs, lostLeases }];
    if ((await mailOutbox.findOne({ _id: id }).lean()) === null) await mailOutbox.deleteMany({ mailId: id });
    return [];
  }

  return {
    insert: ({ id, encrypted, expiresAt }, now, leasedUntil) =>
      act(async () => {
        const isLeased = leasedUntil !== null;
        const mail: MailDocument = {
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
        await isFirst(mailOutbox.insertOne(mail));
      }),
    take: (limit, now, leasedUntil) =>
      act(async () => {
        const due = await mailOutbox
          .find({ kind: 'mail', dueAt: trusted({ $lte: new Date(now) }) })
          .sort({ dueAt: 1 })
          .limit(limit)
          .lean();
        const leased = due.map((found) => (isMail(found) ? lease(found, now, leasedUntil) : []));
        return (await Promise.all(leased)).flat();
      }),
    putOff: ({ id, lease: number }, dueAt) =>
      act(async () => {
        await mailOutbox.updateOne(
          { _id: id, lease: number },
          { $set: { isLeased: false, dueAt: new Date(dueAt) }, $inc: { putOffs: 1 } },
        );
      }),
    remove: (id) =>
      act(async () => {
        await mailOutbox.deleteOne({ _id: id });
        await mailOutbox.deleteMany({ mailId: id });
      }),
  };
}
