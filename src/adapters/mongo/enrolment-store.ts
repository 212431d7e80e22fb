/** Second factors in MongoDB. */
import { Types, trusted } from 'mongoose';
import type { Enrolment } from '../../domain/enrolment.ts';
import type { MethodName } from '../../domain/method.ts';
import type { EnrolmentStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { EnrolmentDocument, Models, StepDocument } from './schema.ts';
import { idOf } from './stored-values.ts';

function toDocument({ id, createdAt, ...rest }: Enrolment): EnrolmentDocument {
  return { ...rest, _id: id, createdAt: new Date(createdAt), order: new Types.ObjectId() };
}

function highest(atSetUp: number | null, steps: readonly StepDocument[]): number | null {
  const all = [...(atSetUp === null ? [] : [atSetUp]), ...steps.map(({ step }) => step)];
  return all.length === 0 ? null : Math.max(...all);
}

function toEnrolment(found: EnrolmentDocument, steps: readonly StepDocument[]): Enrolment {
  return {
    id: found._id,
    accountId: found.accountId,
    tenantId: found.tenantId,
    // Also one this release does not know: an account with a factor must never look like one without.
    method: found.method as MethodName,
    label: found.label,
    app: found.app,
    secret: found.secret,
    lastStep: highest(
      found.lastStep,
      steps.filter(({ enrolmentId }) => enrolmentId === found._id),
    ),
    isDefault: found.isDefault,
    createdAt: found.createdAt.getTime(),
  };
}

export function createEnrolmentStore({ act }: Connection, { enrolments, steps }: Models): EnrolmentStore {
  return {
    insert: (enrolment) => act(() => isFirst(enrolments.insertOne(toDocument(enrolment)))),
    listByAccount: (accountId) =>
      act(async () => {
        const [found, taken] = await Promise.all([
          enrolments.find({ accountId }).sort({ createdAt: 1, order: 1 }).lean(),
          steps.find({ accountId }).lean(),
        ]);
        return found.map((enrolment) => toEnrolment(enrolment, taken));
      }),
    remove: (accountId, id) =>
      act(async () => {
        const { deletedCount } = await enrolments.deleteOne({ _id: id, accountId });
        if (deletedCount === 1) await steps.deleteMany({ enrolmentId: id });
        return deletedCount === 1;
      }),
    /** Inserted rather than raised: servers that read before they write would lose the higher of two. */
    raiseLastStep: (id, step) =>
      act(async () => {
        const [enrolment, taken] = await Promise.all([
          enrolments.findOne({ _id: id }, { accountId: 1, lastStep: 1 }).lean(),
          steps.find({ enrolmentId: id }).lean(),
        ]);
        const last = highest(enrolment?.lastStep ?? null, taken) ?? -1;
        if (!enrolment || step <= last) return;
        const raised = { _id: idOf(id, step), enrolmentId: id, accountId: enrolment.accountId, step };
        await Promise.all([
          isFirst(steps.insertOne(raised)),
          // The one that counted until now stays until the next time: this may fail where that one held.
          steps.deleteMany({ enrolmentId: id, step: trusted({ $lt: last }) }),
        ]);
      }),
  };
}
