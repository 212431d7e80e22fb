/** Sends lines of the audit trail as a file. The next batch is read when the browser has taken the last one. */
import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { type ExportedLine, exportedLine } from '../../../domain/audit/exported-line.ts';
import { csvRow, tableCell } from '../../../domain/csv-cell.ts';
import type { FoundLine } from '../../../use-cases/administration/audit/audit-search.ts';

export interface FileKind {
  readonly name: string;
  readonly type: string;
  readonly head: string;
  readonly write: (line: FoundLine) => string;
}

const COLUMNS = [
  'time',
  'event',
  'email',
  'account_id',
  'tenant',
  'actor',
  'actor_email',
  'method',
  'reason',
  'client',
  'ip',
  'reference',
  'id',
] as const satisfies readonly (keyof ExportedLine | 'actor_email')[];

export const CSV: FileKind = {
  name: 'audit.csv',
  type: 'text/csv; charset=utf-8',
  head: csvRow(COLUMNS),
  write(line) {
    const values = valuesOf(line);
    return csvRow(COLUMNS.map((column) => tableCell(values[column] ?? '')));
  },
};

export const JSON_LINES: FileKind = {
  name: 'audit.jsonl',
  type: 'application/jsonl; charset=utf-8',
  head: '',
  write: (line) => `${JSON.stringify(valuesOf(line))}\n`,
};

function valuesOf(line: FoundLine) {
  return { ...exportedLine(line, line.email), actor_email: line.actorEmail };
}

/**
 * The first batch is read before the answer begins, so that a store that is away is told as such. A later failure ends the
 * connection: a browser then keeps no file that looks complete.
 */
export async function sendFile(
  ctx: Context,
  { name, type, head, write }: FileKind,
  batches: AsyncIterable<readonly FoundLine[]>,
): Promise<void> {
  const rest = batches[Symbol.asyncIterator]();
  const first = await rest.next();
  async function* texts(): AsyncGenerator<string> {
    yield head;
    for (let batch = first; !batch.done; batch = await rest.next()) yield batch.value.map(write).join('');
  }
  ctx.status = 200;
  ctx.attachment(name);
  ctx.type = type;
  ctx.set('Cache-Control', 'no-store');
  // One batch at a time: the stream counts pieces, not bytes.
  ctx.body = Readable.from(texts(), { highWaterMark: 1 });
}
