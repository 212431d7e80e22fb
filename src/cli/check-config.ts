/** `doublelock check-config`. */
import { passwordWarnings } from '../compose/parts.ts';
import { readEnvironment } from '../config/load.ts';
import type { Config } from '../config/shape.ts';
import type { AddCommands } from './command-group.ts';
import { counted, print } from './output.ts';

/** Accounts that one line names. */
const MOST_NAMED = 50;

export const addCheckConfig: AddCommands = (program, readConfig) => {
  program
    .command('check-config')
    .description(
      'list every fault of a configuration, and the accounts that wait for an invitation; nothing is started',
    )
    .argument('[file]', 'the file to check, else the one that the server would read')
    .action(async (file: string | undefined) => {
      const config = readConfig(file);
      const { accounts } = config;
      const warnings = [...config.warnings, ...(await passwordWarnings(config))];
      const name = file ?? (readEnvironment().DOUBLELOCK_CONFIG || 'the built-in demo configuration');
      print(
        `${name} is valid`,
        ...warnings.map((warning) => `warning: ${warning}`),
        ...invitedLines(accounts),
      );
    });
};

/** Accounts without a password cannot sign in until they are invited. */
function invitedLines(accounts: Config['accounts']): string[] {
  const invited = accounts.filter(({ password, passwordHash }) => password === null && passwordHash === null);
  if (invited.length === 0) return [];
  const names = invited.slice(0, MOST_NAMED).map(({ email }) => email);
  const more = invited.length > MOST_NAMED ? ` and ${invited.length - MOST_NAMED} more` : '';
  const wait = invited.length === 1 ? 'waits' : 'wait';
  return [
    `${counted(invited.length, 'account')} without a password ${wait} for an invitation: ${names.join(', ')}${more}`,
  ];
}
