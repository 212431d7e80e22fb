/** Deletes expired documents in small batches. Stores check expiry themselves, so this only keeps collections small. */
import { type mongo, trusted } from 'mongoose';
import { carryOut } from './account-store.ts';
import type { AccountSummaries } from './administration/account-summaries.ts';
import { asStoreFault } from './faults.ts';
import type { Models } from './schema/collections.ts';
import type { StepDocument } from './schema/enrolment.ts';

/** Documents per command: some milliseconds of the server. */
const BATCH = 500;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Removes what is of no use at `now`, and audit events older than `auditRetentionMs`; gives the number of documents. */
export type Sweep = (now: number, auditRetentionMs: number) => Promise<number>;

interface Found {
  readonly _id: string;
  readonly subject?: string;
  readonly payloadId?: string;
}

interface Rule {
  readonly model: Models[keyof Models];
  readonly where: mongo.BSON.Document;
  readonly keepMs: number | 'audit';
  /** The time field by which it is too old. */
  readonly by: 'expiresAt' | 'forgetAt' | 'fromAt' | 'at';
  /** The ids of those that must stay. */
  readonly spare?: (found: readonly Found[]) => Promise<ReadonlySet<string>>;
}

function rulesOf(models: Models): readonly Rule[] {
  const { claims, records, trustedBrowsers, provider, audit, lockouts, mailOutbox } = models;
  const { sessionClients, logoutOutbox, resetRequests, resetSteps, auditTallies } = models;
  const { campaigns, recipients } = models;
  return [
    { model: claims, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: records, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: sessionClients, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: trustedBrowsers, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: resetRequests, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: resetSteps, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: campaigns, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: recipients, where: {}, by: 'expiresAt', keepMs: 0 },
    { model: provider, where: {}, by: 'expiresAt', keepMs: 0 },
    {
      model: provider,
      where: {},
      by: 'forgetAt',
      // A request that read the payload while it lived has long tried to consume it.
      keepMs: DAY_MS,
      async spare(found) {
        const payloadIds = found.flatMap(({ payloadId }) => payloadId ?? []);
        const alive = await provider.find({ _id: trusted({ $in: payloadIds }) }, { _id: 1 }).lean();
        const ids = new Set(alive.map(({ _id }) => _id));
        return new Set(found.flatMap(({ _id, payloadId }) => (ids.has(payloadId ?? '') ? [_id] : [])));
      },
    },
    // Delivery removes expired items itself, and counts them. This is for a server that sends none any more.
    { model: mailOutbox, where: {}, by: 'expiresAt', keepMs: HOUR_MS },
    { model: logoutOutbox, where: {}, by: 'expiresAt', keepMs: HOUR_MS },
    // Seals stay: they tell what the removed lines were.
    { model: audit, where: {}, by: 'at', keepMs: 'audit' },
    { model: auditTallies, where: {}, by: 'fromAt', keepMs: 'audit' },
    // Any typed address has a counter, real or not. Only windows of minutes are judged by it: a month is plenty.
    // Failures of a second factor are never forgotten by age (NIST SP 800-63B-4, 3.2.2).
    { model: lockouts, where: { kind: 'failure', bucket: 'password' }, by: 'at', keepMs: 30 * DAY_MS },
    { model: lockouts, where: { kind: 'lock', bucket: null }, by: 'at', keepMs: 0 },
    {
      model: lockouts,
      where: { kind: 'level', bucket: null },
      by: 'at',
      keepMs: 0,
      async spare(found) {
        const subjects = found.map(({ subject }) => subject);
        const failing = await lockouts.collection.distinct('subject', {
          kind: 'failure',
          subject: { $in: subjects },
        });
        return new Set(found.flatMap(({ _id, subject }) => (failing.includes(subject) ? [_id] : [])));
      },
    },
  ];
}

async function* batches(found: AsyncIterable<Found>): AsyncGenerator<Found[]> {
  let batch: Found[] = [];
  for await (const document of found) {
    batch.push(document);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function remove({ model, where, by, spare }: Rule, before: Date): Promise<number> {
  const { collection } = model;
  const old = collection.find<Found>(
    { ...where, [by]: { $lte: before } },
    { projection: { subject: 1, payloadId: 1 }, batchSize: BATCH },
  );
  let total = 0;
  for await (const batch of batches(old)) {
    const spared = (await spare?.(batch)) ?? new Set();
    const useless = batch.flatMap(({ _id }) => (spared.has(_id) ? [] : [_id]));
    const those: mongo.BSON.Document = { _id: { $in: useless } };
    total += (await collection.deleteMany(those)).deletedCount;
  }
  return total;
}

type Step = Pick<StepDocument, '_id' | 'enrolmentId' | 'lastStep'>;

/**
 * Removes the accepted time steps that a later one of their enrolment has replaced, and those of no enrolment. It looks at
 * the enrolments whose step was raised since the last time.
 */
async function tidySteps({ enrolments }: Models, now: number): Promise<number> {
  const due = { tidyAt: trusted({ $lte: new Date(now) }) };
  let total = 0;
  for (;;) {
    const raised = await enrolments.find(due, { enrolmentId: 1 }).sort({ tidyAt: 1 }).limit(BATCH).lean();
    if (raised.length === 0) return total;
    total += await tidy(raised.map(({ enrolmentId }) => enrolmentId ?? ''));
    if (raised.length < BATCH) return total;
  }

  async function tidy(raised: readonly string[]): Promise<number> {
    const ids = [...new Set(raised)];
    const found = await enrolments.find({ enrolmentId: trusted({ $in: ids }) }).lean();
    const alive = new Set(found.flatMap(({ kind, _id }) => (kind === 'enrolment' ? [_id] : [])));
    const steps = found.flatMap((one): Step[] => (one.kind === 'step' ? [one] : []));
    const highest = new Map<string, Step>();
    for (const step of steps) {
      const other = highest.get(step.enrolmentId);
      if (!other || other.lastStep < step.lastStep) highest.set(step.enrolmentId, step);
    }
    const kept = [...highest.values()].filter(({ enrolmentId }) => alive.has(enrolmentId));
    const keptIds = new Set(kept.map(({ _id }) => _id));
    const spent = steps.flatMap(({ _id }) => (keptIds.has(_id) ? [] : [_id]));
    const { deletedCount } = await enrolments.deleteMany({ _id: trusted({ $in: spent }) });
    await enrolments.updateMany({ _id: trusted({ $in: [...keptIds] }) }, { $unset: { tidyAt: 1 } });
    return deletedCount;
  }
}

export function createSweep(models: Models, summaries: Pick<AccountSummaries, 'mend'>): Sweep {
  const rules = rulesOf(models);
  return async (now, auditRetentionMs) => {
    let total = 0;
    try {
      for (const change of await models.passwordChanges.find().limit(BATCH).lean())
        await carryOut(models, change);
      total += await tidySteps(models, now);
      for (const rule of rules) {
        const before = new Date(now - (rule.keepMs === 'audit' ? auditRetentionMs : rule.keepMs));
        total += await remove(rule, before);
      }
      await summaries.mend();
      return total;
    } catch (error) {
      throw asStoreFault(error);
    }
  };
}
