/** `doublelock audit seal` and `doublelock audit verify`. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type AuditSeal, readSealText } from '../domain/audit/seal.ts';
import type { AuditPlace } from '../domain/audit/search.ts';
import type { AuditFault, FaultKind, Verified } from '../use-cases/administration/audit/verification.ts';
import type { ReadConfig } from './command-group.ts';
import { operate } from './operate.ts';
import { counted, print, printJson, timeOf } from './output.ts';

interface VerifyOptions {
  readonly against?: string;
  readonly acceptLate?: boolean;
  readonly json?: true;
}

export function addSealCommands(audit: Command, readConfig: ReadConfig): void {
  audit
    .command('seal')
    .description('seal the new lines of the audit trail now; a server does so every five minutes')
    .option('--export', 'print the newest seal as JSON, to be kept elsewhere for "audit verify --against"')
    .action(({ export: isExport }: { export?: true }) =>
      operate(readConfig(), async ({ auditSeals }) => {
        const count = await auditSeals.sealNew();
        const newest = await auditSeals.newest();
        if (isExport && newest === null)
          throw new Error('there is no seal yet: a line is sealed a minute after its time');
        if (isExport) printJson(newest);
        else
          print(
            `${counted(count, 'line')} sealed. ${newest === null ? 'There is no seal yet.' : nameOf(newest)}`,
          );
      }),
    );
  audit
    .command('verify')
    .description(
      'verify that no line of the audit trail was altered, inserted or removed since it was sealed',
    )
    .option('--against <file>', 'compare with a seal of "audit seal --export" too')
    .option('--accept-late', 'list lines that came long after their time, and do not refuse them')
    .option('--json', 'as one JSON object')
    .action(({ against, acceptLate = false, json }: VerifyOptions) =>
      operate(readConfig(), async ({ auditSeals }) => {
        const kept = against === undefined ? null : readKept(against);
        const verified = await auditSeals.verify({ kept, acceptLate });
        if (json) printJson(objectOf(verified));
        if (verified.fault) throw new Error(wordsOf(verified.fault));
        if (!json) print(...linesOf(verified, kept));
      }),
    );
}

function readKept(file: string): AuditSeal {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new Error(`${file} cannot be read${code}`);
  }
  const seal = readSealText(text);
  if (seal === null) throw new Error(`${file} holds no seal: make one with "doublelock audit seal --export"`);
  return seal;
}

function nameOf({ number, hash, sealedAt }: AuditSeal): string {
  return `The newest seal is ${number} of ${timeOf(sealedAt)}, hash ${hash}.`;
}

const FAULTS: Readonly<Record<FaultKind, (seal: string, line: string) => string>> = {
  line_altered: (seal, line) => `${line} was altered after ${seal} listed it`,
  line_missing: (seal, line) => `${line} is missing: ${seal} lists it`,
  line_inserted: (seal, line) => `${line} was inserted: it names ${seal}, which does not list it`,
  line_late: (_seal, line) =>
    `${line} came more than ten minutes after its time: a clock was wrong, or somebody inserted it (go on with --accept-late)`,
  seal_altered: (seal) => `${seal} was altered`,
  seal_missing: (seal) => `${seal} is missing`,
  seal_replaced: (seal) =>
    `${seal} differs from the kept one: the chain was made anew, or an older backup was restored`,
};

function wordsOf({ kind, seal, line }: AuditFault): string {
  return FAULTS[kind](`seal ${seal}`, line === null ? 'a line' : `line ${line.id} of ${timeOf(line.atMs)}`);
}

function linesOf(verified: Verified, kept: AuditSeal | null): string[] {
  const { seals, lines, removed, removedBefore, late, last } = verified;
  return [
    `${counted(seals, 'seal')} and ${counted(lines, 'line')} are as they were sealed.`,
    ...(removedBefore === null
      ? []
      : [`${counted(removed, 'line')} from before ${timeOf(removedBefore)} were removed by retention.`]),
    ...late.map(({ id, atMs }) => `Late: line ${id} of ${timeOf(atMs)}.`),
    ...(kept === null ? [] : [`Seal ${kept.number} is the one that was kept.`]),
    ...(last === null ? [] : [nameOf(last)]),
  ];
}

function objectOf({ fault, seals, lines, removed, removedBefore, late, last }: Verified) {
  return {
    ok: fault === null,
    fault: fault && { kind: fault.kind, seal: fault.seal, line: fault.line && placeOf(fault.line) },
    seals,
    lines,
    removed,
    removed_before: removedBefore === null ? null : timeOf(removedBefore),
    late: late.map(placeOf),
    last_seal: last && { number: last.number, sealed_at: timeOf(last.sealedAt), hash: last.hash },
  };
}

function placeOf({ id, atMs }: AuditPlace) {
  return { id, time: timeOf(atMs) };
}
