/** The functions of this release that statements and migrations call. No trigger and no index may: an older release lacks them. */
import type { DatabaseSync } from 'node:sqlite';
import { normaliseEmail } from '../../../domain/account.ts';
import { searchEmailText, searchText } from '../../../domain/administration/search-text.ts';

export function addFunctions(db: DatabaseSync): void {
  const options = { deterministic: true };
  db.function('normalised_email', options, (email) => normaliseEmail(String(email)));
  db.function('search_text', options, (text) => (text === null ? null : searchText(String(text))));
  db.function('search_email_text', options, (email) => searchEmailText(String(email)));
}
