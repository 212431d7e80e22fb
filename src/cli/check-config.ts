/** `doublelock check-config`. */
import { passwordWarnings } from '../compose/parts.ts';
import { readEnvironment } from '../config/load.ts';
import type { AddCommands } from './command-group.ts';
import { print } from './output.ts';

export const addCheckConfig: AddCommands = (program, readConfig) => {
  program
    .command('check-config')
    .description('list every fault of a configuration; nothing is started')
    .argument('[file]', 'the file to check, else the one that the server would read')
    .action(async (file: string | undefined) => {
      const config = readConfig(file);
      const warnings = [...config.warnings, ...(await passwordWarnings(config))];
      const name = file ?? (readEnvironment().DOUBLELOCK_CONFIG || 'the built-in demo configuration');
      print(`${name} is valid`, ...warnings.map((warning) => `warning: ${warning}`));
    });
};
