/** Details of many accounts in one look each, in MongoDB. */
import { trusted } from 'mongoose';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import { readableAccounts } from '../account-store.ts';
import type { Connection } from '../connection.ts';
import { toLockout } from '../lockout-store.ts';
import type { Models } from '../schema/collections.ts';

export function createAdministrationStore(
  { act }: Connection,
  { accounts, enrolments, lockouts, claims }: Models,
): AdministrationStore {
  const among = (values: readonly string[]) => trusted({ $in: [...values] });

  return {
    accountsByEmail: (emails) =>
      act(async () => {
        const found = readableAccounts(await accounts.find({ email: among(emails) }).lean());
        return new Map(found.map((account) => [account.email, account]));
      }),
    accountsById: (ids) =>
      act(async () => {
        const found = readableAccounts(await accounts.find({ _id: among(ids) }).lean());
        return new Map(found.map((account) => [account.id, account]));
      }),
    methodsOf: (accountIds) =>
      act(async () => {
        const found = await enrolments.find({ accountId: among(accountIds), kind: 'enrolment' }).lean();
        const factors = found.flatMap((each) => (each.kind === 'enrolment' ? [each] : []));
        factors.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
        const byAccount = Map.groupBy(factors, ({ accountId }) => accountId);
        return new Map([...byAccount].map(([id, each]) => [id, each.map(({ method }) => method)]));
      }),
    lockoutsOf: (subjects) =>
      act(async () => {
        const found = await lockouts.find({ subject: among(subjects) }).lean();
        const bySubject = Map.groupBy(found, ({ subject }) => subject);
        return new Map([...bySubject].map(([subject, facts]) => [subject, toLockout(facts)]));
      }),
    valuesOf: (keys) =>
      act(async () => {
        const found = await claims.find({ _id: among(keys) }).lean();
        return new Map(found.map(({ _id, value }) => [_id, value]));
      }),
    liftLock: (subject) =>
      act(async () => {
        // Those that are there: a lock that comes meanwhile stays.
        const facts = await lockouts.find({ subject }).lean();
        const ids = facts.flatMap(({ kind, _id }) => (kind === 'failure' ? [] : [_id]));
        if (ids.length > 0) await lockouts.deleteMany({ _id: among(ids) });
      }),
  };
}
