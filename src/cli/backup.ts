/** `doublelock backup`. */
import type { AddCommands } from './command-group.ts';
import { counted, createProgress, print, printJson, timeOf } from './output.ts';

export const addBackup: AddCommands = (program, readConfig) => {
  program
    .command('backup')
    .description('back up the embedded accounts store to a new file, while the server runs')
    .argument('<file>', 'the file to make: mode 0600; encryption keys are not in it')
    .option('--json', 'as one JSON object')
    .action(async (file: string, { json }: { json?: true }) => {
      const { backUp } = await import('../compose/recovery/backup.ts');
      const made = await backUp(readConfig(), file, createProgress('backup'));
      const { madeAt, accounts, schema, keyIds, keysIn } = made;
      if (json)
        return printJson({ file, made_at: timeOf(madeAt), accounts, schema, keys: keyIds, keys_in: keysIn });
      print(
        `${file}: ${counted(accounts, 'account')} as of ${timeOf(madeAt)}, schema version ${schema}.`,
        `Keep its encryption keys apart from it. They are in ${keysIn}: ${keyIds.join(', ') || 'none yet'}.`,
        'Sessions, sign-ins under way and their codes are not in it: a restore ends all of them.',
      );
    });
};
