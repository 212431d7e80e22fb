/** Makes void in MongoDB what a backup must not bring back. It works in batches, so that no act outlasts its time. */
import { type mongo, trusted } from 'mongoose';
import type { RestorationStore } from '../../../ports/restoration.ts';
import type { Connection } from '../connection.ts';
import type { Models } from '../schema/collections.ts';

/** Documents per command: some milliseconds of the server. */
const BATCH = 200;

export function createRestorationStore({ act }: Connection, models: Models): RestorationStore {
  const { enrolments, records, sessionClients, trustedBrowsers, provider, mailOutbox, logoutOutbox } = models;
  const { campaigns, recipients } = models;
  // A mailing of before would go on, to people who have had it since.
  const mailings = [campaigns, recipients];
  const issued = [records, sessionClients, trustedBrowsers, provider, mailOutbox, logoutOutbox, ...mailings];

  /** Changes every enrolment of a method, in the order of their ids. */
  async function change(
    method: string,
    narrowed: mongo.BSON.Document,
    set: mongo.BSON.Document,
  ): Promise<void> {
    let after = '';
    let found: readonly string[];
    do {
      found = await act(async () => {
        const page = await enrolments
          .find({ kind: 'enrolment', method, _id: trusted({ $gt: after }) }, { _id: 1 })
          .sort({ _id: 1 })
          .limit(BATCH)
          .lean();
        return page.map(({ _id }) => _id);
      });
      const those = { ...narrowed, _id: { $in: [...found] } };
      if (found.length > 0) await act(() => enrolments.collection.updateMany(those as never, { $set: set }));
      after = found.at(-1) ?? '';
    } while (found.length === BATCH);
  }

  async function empty({ collection }: (typeof issued)[number]): Promise<void> {
    let found: readonly unknown[];
    do {
      found = await act(async () => {
        const page = await collection
          .find({}, { projection: { _id: 1 } })
          .limit(BATCH)
          .toArray();
        return page.map(({ _id }) => _id);
      });
      const those: mongo.BSON.Document = { _id: { $in: found } };
      if (found.length > 0) await act(() => collection.deleteMany(those));
    } while (found.length === BATCH);
  }

  return {
    // Documents of later steps stay: the highest of an enrolment counts.
    raiseLastSteps: (method, step) =>
      change(method, { $or: [{ lastStep: null }, { lastStep: { $lt: step } }] }, { lastStep: step }),
    async removeSecrets(method) {
      await change(method, { lastStep: null }, { lastStep: 0 });
      await change(method, {}, { secret: null });
    },
    async removeIssued() {
      for (const model of issued) await empty(model);
    },
  };
}
