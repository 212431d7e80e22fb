/** Accounts that kept the spelling of an older release, because another account has their e-mail address. */
import { EQUAL_EMAILS, normaliseEmail, warningOfEqualEmails } from '../../../domain/account.ts';
import type { Database } from './database.ts';

/** Those of which the address has been changed since are left out. */
export function readEqualEmails(database: Database): readonly string[] {
  const kept = database.statement<{ id: string; email: string }>(
    `SELECT id, email FROM accounts
      WHERE id IN (SELECT value FROM json_each((SELECT value FROM claims WHERE key = :key))) ORDER BY id`,
  );
  const found = rowsOf(kept).filter(({ email }) => normaliseEmail(email) !== email);
  return warningOfEqualEmails(found.map(({ id }) => id));
}

/** None where the file is damaged: the store opens, and serves the pages that can be read. */
function rowsOf<T>(kept: { all(values: { key: string }): readonly T[] }): readonly T[] {
  try {
    return kept.all({ key: EQUAL_EMAILS });
  } catch {
    return [];
  }
}
