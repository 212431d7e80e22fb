/** The interface of what writes a table as a file, for spreadsheets. */

/** One row, by the name of the column. */
export type TableRow = Readonly<Record<string, string | boolean | readonly string[]>>;

/**
 * Gives the bytes of the file as they are read, the heading first. It takes a row when the rows before were read. No cell is
 * taken for a formula.
 */
export type WriteTable = (
  columns: readonly string[],
  rows: AsyncIterable<TableRow>,
) => AsyncIterable<Uint8Array>;
