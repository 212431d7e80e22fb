/** Details of many accounts in one look each, in SQLite. */
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import { type AccountRow, readableAccounts } from '../account-store.ts';
import { type LockoutRow, toLockout } from '../lockout-store.ts';
import type { Database } from '../sqlite/database.ts';

export function createAdministrationStore(database: Database): AdministrationStore {
  const accounts = database.statement<AccountRow>(
    'SELECT * FROM accounts WHERE email IN (SELECT value FROM json_each(:emails))',
  );
  const accountsById = database.statement<AccountRow>(
    'SELECT * FROM accounts WHERE id IN (SELECT value FROM json_each(:ids))',
  );
  const methods = database.statement<{ account_id: string; method: string }>(
    `SELECT account_id, method FROM enrolments
      WHERE account_id IN (SELECT value FROM json_each(:accountIds)) ORDER BY created_at, rowid`,
  );
  const lockouts = database.statement<LockoutRow & { subject: string }>(
    `SELECT subject, coalesce(locked_until, 0) AS locked_until, coalesce(level, 0) AS level, bucket, count
      FROM (SELECT value AS subject FROM json_each(:subjects))
        LEFT JOIN lockouts USING (subject) LEFT JOIN lockout_failures USING (subject)
      WHERE locked_until IS NOT NULL OR bucket IS NOT NULL`,
  );
  const values = database.statement<{ key: string; value: string }>(
    'SELECT key, value FROM claims WHERE key IN (SELECT value FROM json_each(:keys))',
  );
  const lift = database.statement('DELETE FROM lockouts WHERE subject = :subject');

  return {
    accountsByEmail: (emails) =>
      database.act(() => {
        const found = readableAccounts(accounts.all({ emails: JSON.stringify(emails) }));
        return new Map(found.map((account) => [account.email, account]));
      }),
    accountsById: (ids) =>
      database.act(() => {
        const found = readableAccounts(accountsById.all({ ids: JSON.stringify(ids) }));
        return new Map(found.map((account) => [account.id, account]));
      }),
    methodsOf: (accountIds) =>
      database.act(() => {
        const found = methods.all({ accountIds: JSON.stringify(accountIds) });
        const byAccount = Map.groupBy(found, ({ account_id: id }) => id);
        return new Map([...byAccount].map(([id, rows]) => [id, rows.map(({ method }) => method)]));
      }),
    lockoutsOf: (subjects) =>
      database.act(() => {
        const found = Map.groupBy(
          lockouts.all({ subjects: JSON.stringify(subjects) }),
          ({ subject }) => subject,
        );
        return new Map([...found].map(([subject, rows]) => [subject, toLockout(rows)]));
      }),
    valuesOf: (keys) =>
      database.act(
        () => new Map(values.all({ keys: JSON.stringify(keys) }).map(({ key, value }) => [key, value])),
      ),
    liftLock: (subject) => database.write(() => void lift.run({ subject })),
  };
}
