/** The counters of wrong passwords for one e-mail address. */
import type { AttemptStore, LockoutStore } from '../../ports/stores.ts';
import type { Cipher } from '../../ports/system.ts';

/** The counter of the account, in the window of attempts. */
export const PASSWORD_COUNTER = 'account';
export const PASSWORD_BUCKET = 'password';

/** The owner of the counters. The same whether or not the account exists, so that a lock reveals nothing. */
export function passwordSubjectOf(cipher: Pick<Cipher, 'digest'>, email: string): string {
  return `password:${cipher.digest(email, 'password-attempts')}`;
}

/** Ends the wait of a subject whose password is another one now: the guesses of before say nothing about it. */
export async function releasePassword(
  stores: { readonly attempts: Pick<AttemptStore, 'forget'>; readonly lockouts: Pick<LockoutStore, 'reset'> },
  subject: string,
): Promise<void> {
  await Promise.all([
    stores.attempts.forget(subject, [PASSWORD_COUNTER], PASSWORD_BUCKET),
    stores.lockouts.reset(subject),
  ]);
}
