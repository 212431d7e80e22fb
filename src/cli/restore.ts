/** `doublelock restore`. */
import type { Config } from '../config/shape.ts';
import type { LostChange } from '../domain/audit/lost-changes.ts';
import type { AddCommands } from './command-group.ts';
import { changeObject, changeRows } from './lost-changes.ts';
import { counted, lengthOf, print, printJson, timeOf } from './output.ts';

interface Options {
  readonly since?: string;
  readonly afterMongorestore?: true;
  readonly json?: true;
}

export const addRestore: AddCommands = (program, readConfig) => {
  program
    .command('restore')
    .description('put a backup in the place of the accounts store, and end everything that was issued before')
    .argument('[file]', 'the backup; stop every server before')
    .option('--since <export>', 'list the lost changes by this export of the audit trail, or log of a server')
    .option('--after-mongorestore', 'end what was issued in a MongoDB that "mongorestore" has restored')
    .option('--json', 'as one JSON object')
    .action(async (file: string | undefined, { since, afterMongorestore, json }: Options) => {
      if ((file === undefined) === (afterMongorestore === undefined))
        throw new Error('name the file of a backup, or say --after-mongorestore');
      const { readAuditExport } = await import('../compose/recovery/audit-export.ts');
      const lines = since === undefined ? null : readAuditExport(since);
      const restored = await restore(readConfig(), file, lines);
      if (json) printJson(restored.object);
      else print(...restored.words, ...ENDED, ...lostOf(restored.lost), ...restored.gaps);
    });
};

const ENDED = [
  'Ended: all sessions, tokens, sign-ins under way, trusted browsers and links in mails; messages that waited are not sent.',
  'Void: every code of an app up to now, and all recovery codes. Their owners are shown new ones at their next sign-in.',
  'Back as they were then: passwords, factors, frozen and disabled accounts. Locks by failed codes too.',
];

type Lines = ReturnType<typeof import('../compose/recovery/audit-export.ts').readAuditExport>;

interface Outcome {
  readonly words: readonly string[];
  readonly object: unknown;
  readonly lost: readonly LostChange[] | null;
  /** The times that the named export does not tell of. */
  readonly gaps: readonly string[];
}

async function restore(config: Config, file: string | undefined, lines: Lines | null): Promise<Outcome> {
  const { endIssuedInMongo, restoreBackup } = await import('../compose/recovery/restore.ts');
  if (file === undefined) {
    const { madeAt, lost } = await endIssuedInMongo(config, lines);
    const since = madeAt === null ? null : timeOf(madeAt);
    const words = [
      `The restored MongoDB may be used. Its audit trail ends at ${since ?? 'no time: it is empty'}.`,
    ];
    const object = { made_at: since, lost: lost?.map(changeObject) ?? null, ...toldBy(lines) };
    return { words, object, lost, gaps: gapsOf(lines, madeAt) };
  }
  const { madeAt, restoredAt, accounts, schema, keyIds, replaced, factors, unreadable, lost } =
    await restoreBackup(config, file, lines);
  const words = [
    `${file} is restored: ${counted(accounts, 'account')} as of ${timeOf(madeAt)}, ${lengthOf(restoredAt - madeAt)} ago.`,
    replaced === null ? 'There was no store before.' : `The replaced store is kept as ${replaced}.`,
    ...(unreadable > 0 ? [`${unreadable} of ${factors} factors cannot be read: their key is missing.`] : []),
  ];
  const object = {
    file,
    made_at: timeOf(madeAt),
    restored_at: timeOf(restoredAt),
    age_seconds: Math.round((restoredAt - madeAt) / 1000),
    accounts,
    factors,
    unreadable,
    schema,
    keys: keyIds,
    replaced,
    lost: lost?.map(changeObject) ?? null,
    ...toldBy(lines),
  };
  return { words, object, lost, gaps: gapsOf(lines, madeAt) };
}

/** The first and the last time in an export. Null: it is empty. */
function spanOf(lines: Lines): { readonly from: number; readonly to: number } | null {
  return lines.reduce<{ from: number; to: number } | null>(
    (span, { atMs }) => ({
      from: Math.min(span?.from ?? atMs, atMs),
      to: Math.max(span?.to ?? atMs, atMs),
    }),
    null,
  );
}

function toldBy(lines: Lines | null) {
  const span = lines && spanOf(lines);
  return lines && { told_from: span && timeOf(span.from), told_to: span && timeOf(span.to) };
}

/** An export has the newest events alone, and ends when it was made: the list of lost changes looks whole without this. */
function gapsOf(lines: Lines | null, madeAt: number | null): string[] {
  if (lines === null) return [];
  const span = spanOf(lines);
  if (!span) return ['The export is empty: it tells of no time at all.'];
  const isLate = madeAt !== null && span.from > madeAt;
  return [
    ...(isLate
      ? [
          `The export begins at ${timeOf(span.from)}, after the backup: an event before that is not in the list. ` +
            'Export more with "doublelock audit list --json --limit 999999".',
        ]
      : []),
    `The export ends at ${timeOf(span.to)}: a later event is not in the list.`,
  ];
}

function lostOf(lost: readonly LostChange[] | null): string[] {
  if (lost === null)
    return ['The changes since then are not known: name an export of the audit trail with --since.'];
  if (lost.length === 0) return ['The audit trail tells of no lost change.'];
  return ['Lost changes, for you to repeat where needed:', ...changeRows(lost)];
}
