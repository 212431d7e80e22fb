/** Seals over the audit trail in MongoDB. */
import { trusted } from 'mongoose';
import { linesText, readSeal, type StoredSeal, sealText } from '../../../domain/audit/seal.ts';
import type { Tally } from '../../../domain/audit/tally.ts';
import type { AuditSealStore, MarkedLine } from '../../../ports/administration/audit-seals.ts';
import type { Connection } from '../connection.ts';
import { isFirst, storedBefore } from '../faults.ts';
import type { AuditDocument } from '../schema/audit.ts';
import type { AuditSealDocument, AuditTallyDocument } from '../schema/audit-seal.ts';
import type { Models } from '../schema/collections.ts';
import { idOf } from '../stored-values.ts';
import { toAuditEvent } from './audit-document.ts';

function toSeal({ _id, seal, lines }: AuditSealDocument): StoredSeal {
  return readSeal(_id, seal, lines);
}

function toDocument(seal: StoredSeal): AuditSealDocument {
  const { number, last, lines } = seal;
  return {
    _id: number,
    lastAt: new Date(last.atMs),
    seal: sealText(seal),
    lines: lines && linesText(lines),
    hasLines: lines !== null,
  };
}

function toMarked(found: AuditDocument | null): MarkedLine | null {
  return found && { line: toAuditEvent(found), seal: found.seal ?? null };
}

function toTallyDocument(
  seal: number,
  { tenantId, fromMs, event, method, count }: Tally,
): AuditTallyDocument {
  const _id = idOf(tenantId, fromMs, seal, event, method);
  return { _id, tenantId, fromAt: new Date(fromMs), event, method, count };
}

export function createAuditSealStore(
  { act }: Connection,
  { audit, auditSeals, auditTallies }: Models,
): AuditSealStore {
  return {
    last: () =>
      act(async () => {
        const [found] = await auditSeals.find().sort({ _id: -1 }).limit(1).lean();
        return found ? toSeal(found) : null;
      }),
    page: (after, limit) =>
      act(async () => {
        const found = auditSeals.find({ _id: trusted({ $gt: after }) }).sort({ _id: 1 });
        return (await found.limit(limit).lean()).map(toSeal);
      }),
    insert: (seal) => act(() => isFirst(auditSeals.insertOne(toDocument(seal)))),
    complete: ({ number, lines, tallies }) =>
      act(async () => {
        const documents = tallies.map((tally) => toTallyDocument(number, tally));
        if (documents.length > 0)
          await storedBefore(auditTallies.insertMany(documents, { ordered: false, lean: true }));
        const ids = lines?.map(({ id }) => id) ?? [];
        await audit.updateMany({ _id: trusted({ $in: ids }), seal: null }, { $set: { seal: number } });
      }),
    unsealed: (untilMs, limit) =>
      act(async () => {
        const those = { seal: null, at: trusted({ $lte: new Date(untilMs) }) };
        const found = audit.find(those).sort({ at: 1, order: 1 }).limit(limit);
        return (await found.lean()).map(toAuditEvent);
      }),
    marked: (seal, after, limit) =>
      act(async () => {
        const found = audit.find({ seal, _id: trusted({ $gt: after }) }).sort({ _id: 1 });
        return (await found.limit(limit).lean()).map(toAuditEvent);
      }),
    find: (id) => act(async () => toMarked(await audit.findOne({ _id: id }).lean())),
    findBeyond: (seal) =>
      act(async () => {
        const later = audit.find({ seal: trusted({ $gt: seal }) }).sort({ seal: 1, at: 1 });
        const [found] = await later.limit(1).lean();
        return toMarked(found ?? null);
      }),
    dropLists: (untilMs) =>
      act(async () => {
        const those = { hasLines: true, lastAt: trusted({ $lte: new Date(untilMs) }) };
        await auditSeals.updateMany(those, { $set: { lines: null, hasLines: false } });
      }),
    talliesSince: (tenantId, fromMs) =>
      act(async () => {
        const those = { tenantId, fromAt: trusted({ $gte: new Date(fromMs) }) };
        const found = await auditTallies.find(those).sort({ fromAt: 1 }).lean();
        return found.map(({ fromAt, event, method, count }) => ({
          tenantId,
          fromMs: fromAt.getTime(),
          event,
          method,
          count,
        }));
      }),
  };
}
