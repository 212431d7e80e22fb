/** Lines and columns of the command's output, safe for a terminal. */

type Rows = readonly (readonly string[])[];

/** Columns of equal width, the last one ragged. */
export function table(columns: readonly string[], rows: Rows): string[] {
  return createTable(columns)(rows);
}

/**
 * A table of which the rows come in parts. The heading stands before the first part, whose cells decide the widths;
 * a wider cell of a later part widens its column from there on.
 */
export function createTable(columns: readonly string[]): (rows: Rows) => string[] {
  const widths = columns.map(() => 0);
  let heading: Rows = [columns];
  return (rows) => {
    const lines = [...heading, ...rows.map((row) => row.map(plain))];
    heading = [];
    for (const line of lines)
      for (const [index, cell] of line.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
    return lines.map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  };
}

/** Removes control characters, because people choose labels and names. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

export function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${plain(line)}\n`).join(''));
}

export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
