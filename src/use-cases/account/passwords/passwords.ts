/** Checks and hashes the new password of an account, on every page and in every command that sets one. */
import { normalisePassword } from '../../../domain/account.ts';
import type { PasswordFault } from '../../../domain/password/fault.ts';
import { faultOf, type PasswordOwner, shortestPassword, wordsAbout } from '../../../domain/password/rules.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { PasswordAdvisor, PasswordBlockList, PasswordHasher } from '../../../ports/system.ts';

interface PasswordsDeps {
  readonly blockList: PasswordBlockList;
  readonly advisor: PasswordAdvisor;
  readonly hasher: Pick<PasswordHasher, 'hash'>;
  readonly tenants: readonly Tenant[];
}

export function createPasswords({ blockList, advisor, hasher, tenants }: PasswordsDeps) {
  const tenantOf = ({ tenantId }: Pick<PasswordOwner, 'tenantId'>) =>
    tenants.find(({ id }) => id === tenantId) ?? null;

  async function refusal(password: string, owner: PasswordOwner, fault: PasswordFault) {
    // A long text costs work, and advice does not make it shorter.
    const patterns =
      fault.because === 'too_long'
        ? []
        : await advisor.patternsIn(password, wordsAbout(owner, tenantOf(owner)));
    return refused({ code: 'field_invalid', password: fault, patterns });
  }

  /** Gives the normalised password, to be hashed by `hash`. Rejects with `StoreUnavailable` while a list can't be read. */
  async function check(owner: PasswordOwner, typed: string): Promise<Outcome<string>> {
    if (typed === '') return refused({ code: 'field_invalid', because: 'password_missing' });
    const password = normalisePassword(typed);
    const fault = await findFault(owner, password);
    return fault === null ? accepted(password) : refusal(password, owner, fault);
  }

  /** The rule that a normalised password breaks. Null when it breaks none. */
  async function findFault(owner: PasswordOwner, password: string): Promise<PasswordFault | null> {
    return faultOf(password, owner, tenantOf(owner)) ?? (await blockList.find(password));
  }

  return {
    check,
    findFault,
    /** The hash of a password that `check` gave. Rejects with `Busy` when too many wait. */
    hash: (password: string): Promise<string> => hasher.hash(password),
    /** The fewest characters of a new password of this account, for the page that asks for it. */
    shortest: (owner: PasswordOwner): number => shortestPassword(tenantOf(owner), owner),
  };
}

export type Passwords = ReturnType<typeof createPasswords>;
