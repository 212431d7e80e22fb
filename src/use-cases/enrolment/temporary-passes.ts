/** Takes a pass from an administrator in the place of the mailed code before a first factor, once and within an hour. */
import type { Account } from '../../domain/account.ts';
import { PASS_DIGEST, PASS_LIFETIME_MS, passKey } from '../../domain/codes/temporary-pass.ts';
import { hasEnded } from '../../domain/sign-in/ending.ts';
import type { OnceStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

interface TemporaryPassesDeps {
  readonly onceKeys: Pick<OnceStore, 'peek' | 'claim'>;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly clock: Clock;
}

export function createTemporaryPasses({ onceKeys, cipher, clock }: TemporaryPassesDeps) {
  /** True for the first use of a pass of this account. `pass` as `readPass` gives it. */
  async function use(account: Account, pass: string): Promise<boolean> {
    const key = passKey(account.id, cipher.digest(pass, PASS_DIGEST));
    const issuedAt = Number(await onceKeys.peek(key));
    const expiresAt = issuedAt + PASS_LIFETIME_MS;
    if (issuedAt === 0 || clock.now() >= expiresAt || hasEnded(issuedAt, account)) return false;
    return onceKeys.claim(`${key}:used`, expiresAt);
  }

  return { use };
}

export type TemporaryPasses = ReturnType<typeof createTemporaryPasses>;
