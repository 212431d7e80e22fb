/** Spells names for searches. An older release that writes into the file leaves them without a spelling. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Database } from '../sqlite/database.ts';

/** The beginning of a statement that spells the accounts of its WHERE. */
export const SPELL = `UPDATE accounts SET search_name = search_text(name),
  search_family_name = search_text(family_name), search_email = search_email_text(email)`;

/** Rows per act: some milliseconds of the event loop. */
const BATCH = 500;

/** Spells all that lack it. Searches find them meanwhile, and take longer. */
export function createSpelling(database: Database): () => Promise<void> {
  const spell = database.statement(
    `${SPELL} WHERE rowid IN (
      SELECT rowid FROM accounts INDEXED BY accounts_unspelled WHERE search_name IS NULL LIMIT ${BATCH}
    )`,
  );
  return async () => {
    while ((await database.act(() => spell.run())) === BATCH) await yieldToOthers();
  };
}
