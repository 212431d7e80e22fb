/** `doublelock drill`. */
import type { AddCommands } from './command-group.ts';
import { changeObject, changeRows } from './lost-changes.ts';
import { counted, createProgress, lengthOf, print, printJson, table, timeOf } from './output.ts';

export const addDrill: AddCommands = (program, readConfig) => {
  program
    .command('drill')
    .description('prove that a backup can be restored: on a copy, while the server runs')
    .option('--file <file>', 'an existing backup, else one that is made now')
    .option('--json', 'as one JSON object')
    .action(async ({ file, json }: { file?: string; json?: true }) => {
      const { drill } = await import('../compose/recovery/drill.ts');
      const done = await drill(readConfig(), file ?? null, createProgress('backup'));
      const { madeAt, drilledAt, steps, accounts, factors, unreadable, schema, keyIds, lost } = done;
      const tookMs = steps.reduce((sum, { ms }) => sum + ms, 0);
      const age = drilledAt - madeAt;
      if (json)
        printJson({
          ok: unreadable === 0,
          file: file ?? null,
          made_at: timeOf(madeAt),
          age_seconds: Math.round(age / 1000),
          took_ms: tookMs,
          steps,
          accounts,
          factors,
          unreadable,
          schema,
          keys: keyIds,
          lost: lost?.map(changeObject) ?? null,
        });
      else
        print(
          ...table(
            ['STEP', 'TOOK'],
            steps.map(({ name, ms }) => [name, lengthOf(ms)]),
          ),
          `A restore takes ${lengthOf(tookMs)}, without the time to fetch the file and to start a server.`,
          `It brings back ${counted(accounts, 'account')} and ${counted(factors, 'factor')} as of ${timeOf(madeAt)}, ${lengthOf(age)} ago.`,
          ...lostOf(lost),
          'Nothing was changed, and the copy is removed.',
        );
      if (unreadable > 0)
        throw new Error(`${unreadable} of ${factors} factors cannot be read with the present keys`);
    });
};

type Lost = Awaited<ReturnType<typeof import('../compose/recovery/drill.ts').drill>>['lost'];

function lostOf(lost: Lost): string[] {
  if (lost === null) return ['What would be lost is not known: there is no store here to compare it with.'];
  if (lost.length === 0) return ['Nothing would be lost.'];
  return [`${counted(lost.length, 'change')} would be lost:`, ...changeRows(lost)];
}
