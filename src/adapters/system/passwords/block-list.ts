/** The passwords that nobody may choose: the common ones, and those of the operator's file. */
import type { PasswordBlockList } from '../../../ports/system.ts';
import type { BreachedPasswords } from './breached-file.ts';
import type { CommonPasswords } from './common-passwords.ts';

interface BlockListDeps {
  readonly common: CommonPasswords;
  /** Null without a file. */
  readonly breached: BreachedPasswords | null;
}

export function createPasswordBlockList({ common, breached }: BlockListDeps): PasswordBlockList {
  return {
    async find(password) {
      if (await common.has(password)) return { because: 'common' };
      return breached !== null && (await breached.has(password)) ? { because: 'breached' } : null;
    },
  };
}
