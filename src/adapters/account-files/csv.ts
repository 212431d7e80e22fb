/** Accounts in CSV (RFC 4180), with a heading. Cells that a spreadsheet would take for a formula carry an apostrophe. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline, Readable, Transform } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { stringify } from 'csv-stringify';
import { AccountFileFault, type AccountRow, type AccountRows } from '../../domain/account-row.ts';
import { csvCell, tableCell, withoutMark } from '../../domain/csv-cell.ts';
import type { TableRow, WriteTable } from '../../ports/administration/table-file.ts';

/** The columns of an export: those of an import, without hashes and secrets. */
export const EXPORT_COLUMNS = [
  'email',
  'name',
  'given_name',
  'family_name',
  'phone',
  'groups',
  'role',
  'locale',
  'email_confirmed',
] as const;

const COLUMNS: readonly string[] = [...EXPORT_COLUMNS, 'password_hash', 'totp'];

/** Between the groups of a cell. */
const SEPARATOR = ';';

/** Bytes of one row. A line that never ends must not fill the memory. */
const LONGEST_ROW = 64 * 1024;

interface Parsed {
  readonly info: { readonly lines: number; readonly error?: CsvError };
  readonly record: Readonly<Record<string, string>>;
}

/** Throws one line when the heading or the form of the file is wrong. */
export async function* readCsv(path: string): AccountRows {
  try {
    yield* rowsIn(createReadStream(path));
  } catch (error) {
    throw error instanceof CsvError ? new Error(`${path}: ${error.message}`, { cause: error }) : error;
  }
}

/** The same for a file that is in memory. Throws an `AccountFileFault` for a wrong file. */
export async function* readCsvBytes(bytes: Uint8Array): AccountRows {
  if (!isUtf8(bytes)) throw new AccountFileFault('the file is not UTF-8');
  try {
    yield* rowsIn(Readable.from([bytes]));
  } catch (error) {
    throw error instanceof CsvError ? new AccountFileFault(error.message, { cause: error }) : error;
  }
}

async function* rowsIn(file: Readable): AccountRows {
  const parser = pipeline(
    file,
    parse({
      bom: true,
      columns: headingOf,
      info: true,
      max_record_size: LONGEST_ROW,
      skip_empty_lines: true,
      trim: true,
    }),
    // The last stage passes on every failure to its reader.
    () => {},
  ) as AsyncIterable<Parsed>;
  for await (const { record, info } of parser) yield rowOf(record, info.lines);
}

function headingOf(names: readonly string[]): string[] {
  const columns = names.map((name) => name.trim().toLowerCase());
  const unknown = columns.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0)
    throw new AccountFileFault(
      `the heading has unknown columns: ${unknown.join(', ')} (known: ${COLUMNS.join(', ')})`,
    );
  if (!columns.includes('email')) throw new AccountFileFault('the heading has no column "email"');
  return columns;
}

function rowOf(record: Readonly<Record<string, string>>, line: number): AccountRow {
  const fields: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, cell] of Object.entries(record)) {
    const value = withoutMark(cell);
    if (value === '') continue;
    if (name === 'groups') fields[name] = groupsOf(value);
    else if (name === 'email_confirmed') {
      const isTrue = /^(?:true|yes|1)$/i.test(value);
      if (!isTrue && !/^(?:false|no|0)$/i.test(value)) faults.push('email_confirmed: must be true or false');
      fields[name] = isTrue;
    } else fields[name] = value;
  }
  return { at: `line ${line}`, fields, faults, notes: [] };
}

function groupsOf(cell: string): string[] {
  return cell
    .split(SEPARATOR)
    .map((group) => withoutMark(group.trim()))
    .filter(Boolean);
}

function cellOf(groups: readonly string[]): string {
  const divided = groups.find((group) => group.includes(SEPARATOR));
  if (divided !== undefined)
    throw new Error(`the group "${divided}" would be two groups in CSV: use the format jsonl`);
  return groups.join(SEPARATOR);
}

/**
 * A stream that turns objects into lines, the heading first. It fails at a list with a semicolon in a name, which could not
 * be read back.
 */
export function csvWriter(columns: readonly string[], { bom = false } = {}): Transform {
  return stringify({
    header: true,
    bom,
    columns: [...columns],
    record_delimiter: 'windows',
    cast: {
      string: (value) => csvCell(value),
      boolean: (value) => String(value),
      object: (value) => (Array.isArray(value) ? csvCell(cellOf(value)) : ''),
    },
  });
}

/** A table for spreadsheets: UTF-8 with a byte order mark, without which some of them take it for another encoding. */
export const writeCsvTable: WriteTable = (columns, rows) => {
  const writer = csvWriter(columns, { bom: true });
  // The last stage passes on every failure to its reader.
  pipeline(cellsOf(rows), writer, () => {});
  return writer;
};

async function* cellsOf(rows: AsyncIterable<TableRow>) {
  for await (const row of rows)
    yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, tableCell(textOf(value))]));
}

function textOf(value: TableRow[string]): string {
  return typeof value === 'object' ? value.join(SEPARATOR) : String(value);
}

/** A stream that turns objects into lines of JSON. */
export function jsonLinesWriter(): Transform {
  return new Transform({
    writableObjectMode: true,
    transform(value, _encoding, done) {
      done(null, `${JSON.stringify(value)}\n`);
    },
  });
}
