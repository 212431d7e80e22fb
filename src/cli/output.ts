/** Lines and columns of the command's output, safe for a terminal. */

/** Columns of equal width, the last one ragged. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns, ...rows.map((row) => row.map(plain))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
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
