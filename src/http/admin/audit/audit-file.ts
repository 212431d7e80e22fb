/** The audit trail as a file: its columns, and how a line is written. */
import type { Context } from 'koa';
import { type ExportedLine, exportedLine } from '../../../domain/audit/exported-line.ts';
import { csvRow, tableCell } from '../../../domain/csv-cell.ts';
import type { FoundLine } from '../../../use-cases/administration/audit/audit-search.ts';
import { CSV_TYPE, type DownloadKind, sendDownload, withHead } from '../download.ts';

export interface FileKind extends DownloadKind {
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
  type: CSV_TYPE,
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

/** Sends lines of the audit trail as a file, batch by batch. */
export async function sendFile(
  ctx: Context,
  { head, write, ...kind }: FileKind,
  batches: AsyncIterable<readonly FoundLine[]>,
): Promise<void> {
  async function* texts(): AsyncGenerator<string> {
    for await (const batch of batches) yield batch.map(write).join('');
  }
  await sendDownload(ctx, kind, withHead(head, texts()));
}
