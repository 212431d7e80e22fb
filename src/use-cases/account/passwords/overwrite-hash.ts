/** Replaces the password of an account whatever it is by now, for an act that the former password must not survive. */
import type { Account } from '../../../domain/account.ts';
import type { AccountStore } from '../../../ports/stores.ts';

/** The person or an operator may change the password at the same moment. */
const MOST_TRIES = 5;

/** Throws when the account is gone, and when its password changes again at each try. */
export async function overwriteHash(
  accounts: Pick<AccountStore, 'findById' | 'replacePasswordHash'>,
  account: Account,
  hash: string,
): Promise<void> {
  let previous = account.passwordHash;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (await accounts.replacePasswordHash(account.id, previous, hash)) return;
    const stored = await accounts.findById(account.id);
    if (!stored) throw new Error(`the account ${account.email} is gone`);
    previous = stored.passwordHash;
  }
  throw new Error(`the password of ${account.email} keeps changing: try again`);
}
