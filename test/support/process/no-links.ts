/** Loaded before a program whose file system has no hard links, as exFAT and many network drives. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

Object.assign(fs, {
  linkSync: () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  },
});
syncBuiltinESMExports();
