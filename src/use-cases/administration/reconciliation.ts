/** Compares the accounts of the configuration with the store, and makes the store agree with them. */
import type { Account } from '../../domain/account.ts';
import { normalisePassword } from '../../domain/account.ts';
import {
  type DetailDifference,
  differencesOf,
  type StatedAccount,
} from '../../domain/administration/account-differences.ts';
import { type AdministrationStore, MOST_AT_ONCE } from '../../ports/administration/administration-store.ts';
import type { PasswordHasher } from '../../ports/system.ts';
import type { AccountAccess } from './account-access.ts';
import type { Accounts } from './accounts.ts';
import type { Seed } from './seeding.ts';

interface ReconciliationDeps {
  readonly administration: Pick<AdministrationStore, 'accountsByEmail'>;
  readonly acts: Pick<Accounts, 'createWhole' | 'update'>;
  readonly access: Pick<AccountAccess, 'putHash'>;
  readonly hasher: PasswordHasher;
}

export type WantedAccount = Seed & StatedAccount;

export interface Difference {
  readonly wanted: WantedAccount;
  /** Null: the store does not have the account yet. */
  readonly stored: Account | null;
  readonly details: readonly DetailDifference[];
  /** The stored account belongs to another tenant, and stays there: its factors are of that tenant. */
  readonly isElsewhere: boolean;
  /** The configuration has another password. */
  readonly hasOtherPassword: boolean;
}

/** Accounts whose passwords are compared or set at a time: a few more than processors, and far fewer than the hasher lets wait. */
const COMPARED_AT_ONCE = 16;

export function createReconciliation({ administration, acts, access, hasher }: ReconciliationDeps) {
  /**
   * Gives the accounts that differ, in parts. `comparesPasswords`: takes the time of one hash for each password that the
   * configuration writes.
   */
  async function* compare(
    wanted: readonly WantedAccount[],
    { comparesPasswords }: { readonly comparesPasswords: boolean },
  ): AsyncGenerator<{ readonly compared: number; readonly differences: readonly Difference[] }> {
    const size = comparesPasswords ? COMPARED_AT_ONCE : MOST_AT_ONCE;
    for (let start = 0; start < wanted.length; start += size) {
      const part = wanted.slice(start, start + size);
      const stored = await administration.accountsByEmail(part.map(({ email }) => email));
      const differences = await Promise.all(
        part.map((each) => differenceOf(each, stored.get(each.email) ?? null, comparesPasswords)),
      );
      yield { compared: part.length, differences: differences.filter(isDifferent) };
    }
  }

  async function differenceOf(
    wanted: WantedAccount,
    stored: Account | null,
    comparesPasswords: boolean,
  ): Promise<Difference> {
    if (!stored) return { wanted, stored, details: [], isElsewhere: false, hasOtherPassword: false };
    return {
      wanted,
      stored,
      details: differencesOf(wanted, stored),
      isElsewhere: stored.tenantId !== wanted.tenantId,
      hasOtherPassword: comparesPasswords && (await hasOtherPassword(wanted, stored)),
    };
  }

  async function hasOtherPassword(wanted: WantedAccount, stored: Account): Promise<boolean> {
    if (wanted.password !== null) {
      const password = normalisePassword(wanted.password);
      return !(await hasher.inTurn((verify) => verify(stored.passwordHash, password)));
    }
    if (wanted.passwordHash === null) return false;
    if (stored.passwordHash === null) return true;
    // A hash with other parameters was replaced at the first sign-in, by one of the same password.
    return wanted.passwordHash !== stored.passwordHash && !hasher.needsRehash(wanted.passwordHash);
  }

  /** Nothing is deleted, and no account moves to another tenant. */
  async function apply(differences: readonly Difference[]): Promise<void> {
    for (let start = 0; start < differences.length; start += COMPARED_AT_ONCE)
      await Promise.all(differences.slice(start, start + COMPARED_AT_ONCE).map(applyOne));
  }

  async function applyOne({ wanted, stored, details, hasOtherPassword }: Difference): Promise<void> {
    if (!stored) {
      await acts.createWhole(wanted);
      return;
    }
    if (details.length > 0)
      await acts.update(
        stored.email,
        Object.fromEntries(details.map(({ detail, stated }) => [detail, stated])),
      );
    if (!hasOtherPassword) return;
    const { password, passwordHash } = wanted;
    const hash = password === null ? passwordHash : await hasher.hash(normalisePassword(password));
    if (hash !== null) await access.putHash(stored, hash);
  }

  return { compare, apply };
}

export type Reconciliation = ReturnType<typeof createReconciliation>;

function isDifferent({ stored, details, isElsewhere, hasOtherPassword }: Difference): boolean {
  return stored === null || details.length > 0 || isElsewhere || hasOtherPassword;
}
