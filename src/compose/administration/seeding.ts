/** Composes the seeding of a server: the accounts of its configuration, and requests that need one of them at once. */
import type { Config } from '../../config/shape.ts';
import type { AccountSeeding } from '../../jobs/account-seeding.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Cipher } from '../../ports/system.ts';
import { createSeeding } from '../../use-cases/administration/seeding.ts';
import type { Parts } from '../parts.ts';

/** Accounts that the warning names. */
const MOST_NAMED = 10;

/** Gives the line about stored accounts that differ from the configuration. Null when none does. */
export async function beginSeeding(
  { accounts: wanted }: Pick<Config, 'accounts'>,
  { stores, hasher, clock, random, seeding }: Parts,
  cipher: Cipher,
): Promise<string | null> {
  const { accounts, enrolments, administration } = stores;
  const { create } = createSeeding({ accounts, enrolments, hasher, cipher, clock, random });
  const differing = await seeding.begin({ wanted, administration, create });
  return differing.length === 0 ? null : differenceLine(differing);
}

function differenceLine(emails: readonly string[]): string {
  const [count, more] = [emails.length, emails.length - MOST_NAMED];
  const names = emails.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const differ = count === 1 ? '1 account differs' : `${count} accounts differ`;
  return `${differ} from the configuration, which never changes an existing one: ${names}. "doublelock accounts apply" shows how, and changes them with --yes`;
}

/** The same store, in which an account that is not made yet is made by the look for its address. */
export function withSeeding(accounts: AccountStore, seeding: Pick<AccountSeeding, 'ensure'>): AccountStore {
  return {
    ...accounts,
    findByEmail: async (email) => {
      const found = await accounts.findByEmail(email);
      return found || !(await seeding.ensure(email)) ? found : accounts.findByEmail(email);
    },
  };
}
