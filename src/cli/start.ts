/** `doublelock start`. */
import type { AddCommands } from './command-group.ts';

export const addStart: AddCommands = (program) => {
  program
    .command('start')
    .description('start the server')
    .action(async () => {
      const { start } = await import('../compose/run.ts');
      await start();
    });
};
