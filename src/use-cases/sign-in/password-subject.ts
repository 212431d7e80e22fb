/** The counters of wrong passwords for one e-mail address. */
import type { Cipher } from '../../ports/system.ts';

/** The counter of the account, in the window of attempts. */
export const PASSWORD_COUNTER = 'account';
export const PASSWORD_BUCKET = 'password';

/** The owner of the counters. The same whether or not the account exists, so that a lock reveals nothing. */
export function passwordSubjectOf(cipher: Pick<Cipher, 'digest'>, email: string): string {
  return `password:${cipher.digest(email, 'password-attempts')}`;
}
