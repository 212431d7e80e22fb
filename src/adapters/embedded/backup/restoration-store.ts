/** Makes void in SQLite what a backup must not bring back. */
import type { RestorationStore } from '../../../ports/restoration.ts';
import type { Database } from '../sqlite/database.ts';

const ISSUED = [
  'sign_in_records',
  'session_clients',
  'trusted_browsers',
  'provider',
  'mail_outbox',
  'logout_outbox',
  // A mailing of before would go on, to people who have had it since.
  'campaigns',
  'campaign_recipients',
];

export function createRestorationStore(database: Database): RestorationStore {
  const raise = database.statement(
    `UPDATE enrolments SET last_step = :step
      WHERE method = :method AND (last_step IS NULL OR last_step < :step)`,
  );
  const forget = database.statement(
    'UPDATE enrolments SET secret = NULL, last_step = coalesce(last_step, 0) WHERE method = :method',
  );
  const removals = ISSUED.map((table) => database.statement(`DELETE FROM ${table}`));

  return {
    raiseLastSteps: (method, step) => database.write(() => void raise.run({ method, step })),
    removeSecrets: (method) => database.write(() => void forget.run({ method })),
    removeIssued: () =>
      database.write(() => {
        for (const removal of removals) removal.run();
      }),
  };
}
