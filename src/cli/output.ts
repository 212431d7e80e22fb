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

/** One JSON value on one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Milliseconds between two reports of long work. */
const REPORT_EVERY_MS = 2000;

/** Reports long work on standard error. Work that ends sooner reports nothing. */
export function createProgress(name: string): (part: number) => void {
  let reported = performance.now();
  return (part) => {
    if (performance.now() - reported < REPORT_EVERY_MS) return;
    reported = performance.now();
    process.stderr.write(`${name}: ${Math.floor(part * 100)} %\n`);
  };
}

/** Reports the number of rows that long work has done, on standard error. */
export function createRowCount(name: string): (done: number) => void {
  let reported = performance.now();
  return (done) => {
    if (performance.now() - reported < REPORT_EVERY_MS) return;
    reported = performance.now();
    process.stderr.write(`${done} ${name}\n`);
  };
}

/** `name` in the singular. */
export function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** In the two largest units. */
export function lengthOf(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const first = units.findIndex(([size]) => ms >= size);
  if (first < 0) return `${Math.round(ms)} ms`;
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count} ${unit}` : '';
  });
  return parts.filter(Boolean).join(' ');
}

export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
