/** The `doublelock` command. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadConfig, readEnvironment } from '../config/load.ts';
import { BUILT_METHODS } from '../domain/methods/index.ts';
import { addAccountCommands } from './accounts/accounts.ts';
import { addAuditCommands } from './audit.ts';
import { addBackup } from './backup.ts';
import { addCheckConfig } from './check-config.ts';
import type { AddCommands, ReadConfig } from './command-group.ts';
import { addDrill } from './drill.ts';
import { addFactorCommands } from './factors.ts';
import { addKeyCommands } from './keys.ts';
import { addRequestCommands } from './requests.ts';
import { addRestore } from './restore.ts';
import { addStart } from './start.ts';

export const program = new Command('doublelock')
  .description('An OpenID Connect provider with a second factor in its sign-in.')
  .version(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)
  .showSuggestionAfterError(false)
  .addHelpText(
    'after',
    '\nThe configuration is the file that DOUBLELOCK_CONFIG names, else the built-in demo.',
  );

/** In the order in which the help lists them. */
const GROUPS: readonly AddCommands[] = [
  addStart,
  addCheckConfig,
  addAccountCommands,
  addFactorCommands,
  addRequestCommands,
  addAuditCommands,
  addKeyCommands,
  addBackup,
  addRestore,
  addDrill,
];

const readConfig: ReadConfig = (file) =>
  loadConfig({ file, env: readEnvironment(), cwd: process.cwd(), availableMethods: BUILT_METHODS });

for (const addCommands of GROUPS) addCommands(program, readConfig);
