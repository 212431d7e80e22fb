/** `doublelock check-config`. */
import { readEnvironment } from '../config/load.ts';
import type { AddCommands } from './command-group.ts';
import { print } from './output.ts';

export const addCheckConfig: AddCommands = (program, readConfig) => {
  program
    .command('check-config')
    .description('list every fault of a configuration; nothing is started')
    .argument('[file]', 'the file to check, else the one that the server would read')
    .action((file: string | undefined) => {
      const { warnings } = readConfig(file);
      const name = file ?? (readEnvironment().DOUBLELOCK_CONFIG || 'the built-in demo configuration');
      print(`${name} is valid`, ...warnings.map((warning) => `warning: ${warning}`));
    });
};
