#!/usr/bin/env node
/** The `doublelock` command. Each group of commands has its file in `cli/`. */
import { program } from './cli/program.ts';

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
}
