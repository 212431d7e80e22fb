/** Takes accounts over from files, and gives them out to files. Both go through any number of accounts in bounded memory. */
import type { Account } from '../../domain/account.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Seed } from './seeding.ts';

interface AccountTransferDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'pageByTenant'>;
  /** True when the account was created. */
  readonly seed: (account: Seed) => Promise<boolean>;
}

/** A checked row of a file. */
export interface TransferRow {
  readonly at: string;
  readonly notes: readonly string[];
  readonly read:
    | { readonly ok: true; readonly account: Seed }
    | { readonly ok: false; readonly faults: readonly string[] };
}

export interface RowResult {
  readonly at: string;
  readonly email: string | null;
  /** `exists`: the store has the address already, and nothing of it was changed. */
  readonly outcome: 'created' | 'exists' | 'refused';
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** Accounts that are read at a time. */
const PAGE = 500;
/** Rows at work: their commits are made durable together. */
const AT_ONCE = 32;

export function createAccountTransfer({ accounts, seed }: AccountTransferDeps) {
  /**
   * Creates the accounts that the store does not have, and gives one result for each row, in their order. With `isDryRun`
   * nothing is stored. A run that was interrupted is simply repeated: what it created is found then.
   */
  async function* importAccounts(
    rows: AsyncIterable<TransferRow>,
    { isDryRun }: { readonly isDryRun: boolean },
  ): AsyncGenerator<RowResult> {
    const atWork: Promise<RowResult>[] = [];
    for await (const row of rows) {
      const work = importOne(row, isDryRun);
      // A failure is thrown when the row's turn comes.
      work.catch(() => {});
      atWork.push(work);
      const first = atWork.length >= AT_ONCE ? atWork.shift() : undefined;
      if (first) yield await first;
    }
    for (const work of atWork) yield await work;
  }

  async function importOne({ at, notes, read }: TransferRow, isDryRun: boolean): Promise<RowResult> {
    if (!read.ok) return { at, email: null, outcome: 'refused', faults: read.faults, notes };
    const { email } = read.account;
    const isNew = isDryRun ? (await accounts.findByEmail(email)) === null : await seed(read.account);
    return { at, email, outcome: isNew ? 'created' : 'exists', faults: [], notes };
  }

  /** In the order of their e-mail addresses. */
  async function* exportAccounts(tenantId: string): AsyncGenerator<Account> {
    let after: string | null = null;
    do {
      const page: readonly Account[] = await accounts.pageByTenant(tenantId, after, PAGE);
      yield* page;
      after = page.at(-1)?.email ?? null;
    } while (after !== null);
  }

  return { importAccounts, exportAccounts };
}

export type AccountTransfer = ReturnType<typeof createAccountTransfer>;
