/**
 * Reads an export of the audit trail: the list of `doublelock audit list --json`, or the log of a server, one JSON object a
 * line. Lines of a log that are no events of the audit trail are left out.
 */
import { readFileSync } from 'node:fs';
import { type AuditLine, isAuditEvent } from '../../domain/audit/lost-changes.ts';
import { isObject, readJson } from '../../domain/json.ts';

/** Throws one line for a file that cannot be read, or that tells nothing of the audit trail. */
export function readAuditExport(file: string): AuditLine[] {
  const text = textOf(file);
  const whole = readJson(text);
  const values = Array.isArray(whole) ? whole : text.split('\n').map((line) => readJson(line));
  const lines = values.flatMap((value) => (isObject(value) ? lineOf(value) : []));
  if (lines.length === 0 && !(Array.isArray(whole) && whole.length === 0))
    throw new Error(
      `${file} holds no line of the audit trail: export one with "doublelock audit list --json --limit 999999"`,
    );
  return lines;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new Error(`${file} cannot be read${code}`);
  }
}

/** A list gives each event an id. A log has lines of its own between the events. */
function lineOf(value: Readonly<Record<string, unknown>>): AuditLine[] {
  const { event, time, id } = value;
  const atMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof event !== 'string' || Number.isNaN(atMs)) return [];
  if (typeof id !== 'string' && !isAuditEvent(event)) return [];
  const text = (name: string) => {
    const found = value[name];
    return typeof found === 'string' ? found : null;
  };
  return [
    {
      atMs,
      event,
      accountId: text('account_id'),
      tenantId: text('tenant'),
      email: text('email'),
      method: text('method'),
    },
  ];
}
