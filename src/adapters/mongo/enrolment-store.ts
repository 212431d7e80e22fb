/** Enrolments (second factors that are set up) in MongoDB. */
import { Types, trusted } from 'mongoose';
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { EncryptedEnrolment, ReencryptableEnrolments } from '../../ports/keys.ts';
import type { AccountSummaries } from './administration/account-summaries.ts';
import type { Connection } from './connection.ts';
import { isFirst, upserted } from './faults.ts';
import type { Models } from './schema/collections.ts';
import type { ChoiceDocument, EnrolmentDocument, StepDocument, UseDocument } from './schema/enrolment.ts';
import { dateOf, findBy, idOf } from './stored-values.ts';
import { removed } from './writes/removal.ts';

type Found = EnrolmentDocument | StepDocument | ChoiceDocument | UseDocument;

function isEnrolment(found: Found): found is EnrolmentDocument {
  return found.kind === 'enrolment';
}

function isChoice(found: Found): found is ChoiceDocument {
  return found.kind === 'choice';
}

/** Without `isLastUsed`: a document of its own holds it. */
function toDocument({ id, createdAt, suspendedAt, isLastUsed: _, ...rest }: Enrolment): EnrolmentDocument {
  const order = new Types.ObjectId();
  const times = { createdAt: new Date(createdAt), suspendedAt: dateOf(suspendedAt ?? null) };
  return { ...rest, ...times, _id: id, kind: 'enrolment', enrolmentId: id, order };
}

function lastStepOf(id: string, found: readonly Found[]): number | null {
  const steps = found.flatMap(({ enrolmentId, lastStep }) => (enrolmentId === id ? (lastStep ?? []) : []));
  return steps.length === 0 ? null : Math.max(...steps);
}

function toEnrolments(found: readonly Found[]): Enrolment[] {
  const choice = found.find(isChoice);
  const used = found.find(({ kind }) => kind === 'use');
  const oldestFirst = found
    .filter(isEnrolment)
    .sort(
      (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (String(a.order) < String(b.order) ? -1 : 1),
    );
  return oldestFirst.map((enrolment) => ({
    id: enrolment._id,
    accountId: enrolment.accountId,
    tenantId: enrolment.tenantId,
    // Also one this release does not know: an account with a factor must never look like one without.
    method: enrolment.method as MethodName,
    label: enrolment.label,
    app: enrolment.app,
    secret: enrolment.secret,
    lastStep: lastStepOf(enrolment._id, found),
    isDefault: choice ? choice.enrolmentId === enrolment._id : enrolment.isDefault,
    ...(used?.enrolmentId === enrolment._id && { isLastUsed: true }),
    ...(enrolment.suspendedAt && { suspendedAt: enrolment.suspendedAt.getTime() }),
    createdAt: enrolment.createdAt.getTime(),
  }));
}

function toSealed({ _id: id, accountId, tenantId, method, secret }: EnrolmentDocument): EncryptedEnrolment[] {
  return secret === null ? [] : [{ id, accountId, tenantId, method: method as MethodName, secret }];
}

export function createEnrolmentStore(
  { act }: Connection,
  { enrolments }: Models,
  summaries: Pick<AccountSummaries, 'refresh' | 'prepareRemoval'>,
): ReencryptableEnrolments {
  async function removeOne(accountId: string, id: string): Promise<boolean> {
    const isRemoved = await removed(enrolments, { _id: id, accountId, kind: 'enrolment' });
    // Not the choice, if this was it: what the others were stored with would count again.
    if (isRemoved) await enrolments.deleteMany({ enrolmentId: id, kind: 'step' });
    return isRemoved;
  }

  return {
    async insert(enrolment) {
      const isNew = await act(() => isFirst(enrolments.insertOne(toDocument(enrolment))));
      // Again after an insert whose answer was lost.
      await summaries.refresh(enrolment.accountId);
      return isNew;
    },
    listByAccount: (accountId) =>
      act(async () => toEnrolments(await findBy<Found>(enrolments, { accountId }))),
    async remove(accountId, id) {
      await summaries.prepareRemoval(accountId, id);
      const isRemoved = await act(() => removeOne(accountId, id));
      await summaries.refresh(accountId);
      return isRemoved;
    },
    /**
     * Inserted rather than raised: servers that read before they write would lose the higher of two. The sweeper removes
     * those that count no more.
     */
    raiseLastStep: (id, step, accountId, now) =>
      act(async () => {
        const of = { kind: 'step', accountId, enrolmentId: id, lastStep: step } as const;
        await isFirst(enrolments.insertOne({ ...of, _id: idOf(id, step), tidyAt: new Date(now) }));
      }),
    /** One document, rather than a mark on each: of two callers at once one is heard, and never half of both. */
    setDefault: (accountId, id) =>
      act(() => {
        const chosen = { kind: 'choice', accountId, enrolmentId: id } as const;
        const _id = idOf(accountId, 'choice');
        return upserted(() => enrolments.updateOne({ _id }, { $set: chosen }, { upsert: true }));
      }),
    setLabel: (accountId, id, label) =>
      act(async () => {
        const one = { _id: id, accountId, kind: 'enrolment' } as const;
        return (await enrolments.updateOne(one, { $set: { label } })).matchedCount === 1;
      }),
    setSuspended: (accountId, id, at) =>
      act(async () => {
        const one = { _id: id, accountId, kind: 'enrolment' } as const;
        const set = { $set: { suspendedAt: dateOf(at) } };
        return (await enrolments.updateOne(one, set)).matchedCount === 1;
      }),
    setLastUsed: (accountId, id) =>
      act(() => {
        const used = { kind: 'use', accountId, enrolmentId: id } as const;
        const _id = idOf(accountId, 'use');
        return upserted(() => enrolments.updateOne({ _id }, { $set: used }, { upsert: true }));
      }),
    pageOfSecrets: (after, limit) =>
      act(async () => {
        const found = await enrolments
          .find({ kind: 'enrolment', secret: trusted({ $ne: null }), _id: trusted({ $gt: after ?? '' }) })
          .sort({ _id: 1 })
          .limit(limit)
          .lean();
        return found.flatMap((one) => (isEnrolment(one) ? toSealed(one) : []));
      }),
    replaceSecret: (id, previous, next) =>
      act(async () => {
        const replaced = await enrolments.updateOne(
          { _id: id, secret: previous },
          { $set: { secret: next } },
        );
        return replaced.modifiedCount === 1;
      }),
  };
}
