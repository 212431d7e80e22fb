/** Cells and rows of CSV (RFC 4180) that no spreadsheet runs: a cell that looks like a formula carries an apostrophe. */

/** The first characters of a formula, in half and in full width. A tab or a new line before one is skipped by a spreadsheet. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** The apostrophe of a marked cell, which is no part of the value. */
const MARK = /^'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/;
const QUOTED = /[",\r\n]/;
/** A character that would begin a line or a cell of its own: a tab, a line break and their like. */
const CONTROL = /\p{Cc}+/gu;
/** A spreadsheet of a country with decimal commas divides cells at semicolons, and would find a formula after one. */
const AFTER_SEMICOLON = /;(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

export function csvCell(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value;
}

/** A text for a table that nobody reads back: on one line, and without a formula wherever a spreadsheet divides it. */
export function tableCell(text: string): string {
  return text.replace(CONTROL, ' ').trim().replace(AFTER_SEMICOLON, ";'");
}

/** The value that `csvCell` was given. */
export function withoutMark(cell: string): string {
  return cell.replace(MARK, '');
}

/** One line with its end. Null is an empty cell. */
export function csvRow(values: readonly (string | null)[]): string {
  return `${values.map((value) => quoted(csvCell(value ?? ''))).join(',')}\r\n`;
}

function quoted(cell: string): string {
  return QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
