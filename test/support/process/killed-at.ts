/** Loaded before a program that is killed at one of its changes of the disk: the one that `KILLED_AT` counts to. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CHANGES = ['linkSync', 'openSync', 'renameSync', 'rmSync'] as const;

let left = Number(process.env.KILLED_AT);
for (const name of CHANGES) {
  const real = fs[name] as (...given: readonly unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...given: readonly unknown[]) => {
      // A file that is opened otherwise is read.
      const isChange = name !== 'openSync' || given[1] === 'wx';
      if (isChange) left -= 1;
      if (isChange && left === 0) process.kill(process.pid, 'SIGKILL');
      return real(...given);
    },
  });
}
syncBuiltinESMExports();
