/** Passwords compared without work, to see what a sign-in costs beside its hash. Only ever composed here. */
import type { PasswordHasher } from '../src/ports/system.ts';
import { PASSWORD } from './settings.ts';

export const withoutHash: PasswordHasher = {
  hash: async () => '',
  inTurn: (job) => job(async (stored, password) => stored !== null && password === PASSWORD),
  needsRehash: () => false,
};
