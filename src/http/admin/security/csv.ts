/** One row of CSV (RFC 4180, 2). A cell that a spreadsheet would take for a formula carries an apostrophe. */

const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

export function csvRow(cells: readonly string[]): string {
  const safe = cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell));
  return `${safe.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
}
