/**
 * Keeps the report of a file between the form and the page that shows it. The report is encrypted, since it has e-mail
 * addresses, and is for the person who sent the file.
 */
import { readObject } from '../../../domain/json.ts';
import type { OnceStore } from '../../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../../ports/system.ts';
import type { FileReport } from './member-files.ts';

interface FileReportsDeps {
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** Milliseconds: as long as the page may be opened again. */
const KEPT_MS = 60 * 60 * 1000;

export type FileReports = ReturnType<typeof createFileReports>;

export function createFileReports({ onceKeys, cipher, clock, random }: FileReportsDeps) {
  const keyOf = (id: string) => `file-report:${id}`;
  const purposeOf = (actorId: string, id: string) => `file-report|${actorId}|${id}`;

  /** Gives the id of the report. */
  async function keep(actorId: string, report: FileReport): Promise<string> {
    const id = random.id();
    const until = clock.now() + KEPT_MS;
    const text = JSON.stringify({ until, report });
    await onceKeys.first(keyOf(id), cipher.encrypt(text, purposeOf(actorId, id)), until);
    return id;
  }

  /** Null for a report of another person, for one that is too old, and for any other id. */
  async function find(actorId: string, id: string): Promise<FileReport | null> {
    const stored = await onceKeys.peek(keyOf(id));
    const text = stored === null ? null : cipher.tryDecrypt(stored, purposeOf(actorId, id));
    const kept = text === null ? null : readObject(text);
    if (kept === null || !(Number(kept.until) > clock.now())) return null;
    return kept.report as FileReport;
  }

  return { keep, find };
}
