/** Accounts in files of other systems, before they are checked. */

/** One person of a file. */
export interface AccountRow {
  /** The place in the file, as people name it: `line 3`, `user 12`. */
  readonly at: string;
  /** By the names of the columns of a CSV file, as they stand there. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why this row can't be taken. */
  readonly faults: readonly string[];
  /** Details of this row that are left out, although the rest is taken. */
  readonly notes: readonly string[];
}

/** The form of a file of accounts is wrong, so that none of its rows can be trusted. The message is one line. */
export class AccountFileFault extends Error {
  override name = 'AccountFileFault';
}

export type AccountRows = AsyncIterable<AccountRow>;
