/**
 * The summary on each account of what is set up, since a list can't be joined with enrolments. The store of
 * enrolments refreshes it after each change. A sweep mends what a crash or an older release has left: an account without a
 * summary at once, and a stale summary when its turn comes.
 */
import { trusted } from 'mongoose';
import type { Account } from '../../../domain/account.ts';
import { searchTextsOf } from '../../../domain/administration/search-text.ts';
import { hasFactor } from '../../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import { StoreUnavailable } from '../../../ports/faults.ts';
import type { Connection } from '../connection.ts';
import type { AccountDocument } from '../schema/account.ts';
import type { Models } from '../schema/collections.ts';
import type { EnrolmentDocument } from '../schema/enrolment.ts';
import type { InLine } from '../writes/line.ts';

/** Accounts in one look. */
const BATCH = 200;
/** Accounts that one sweep compares with their enrolments. Sweeps come every minute: 100,000 take 50 minutes. */
const COMPARED = 2000;
/** A refresh ends after so many writes, when the enrolments change all the time. */
const MOST_WRITES = 20;

type Summary = Required<Pick<AccountDocument, 'methods' | 'hasFactor'>>;
type SearchFields = Required<Pick<AccountDocument, 'searchName' | 'searchFamilyName' | 'searchEmail'>>;
type Summarised = Pick<AccountDocument, '_id' | 'email' | 'name' | 'familyName'> &
  Partial<Summary & SearchFields>;

const SUMMARISED = {
  email: 1,
  name: 1,
  familyName: 1,
  methods: 1,
  hasFactor: 1,
  searchName: 1,
  searchFamilyName: 1,
  searchEmail: 1,
} as const;

export function summaryOf(methods: readonly string[]): Summary {
  const names = [...new Set(methods)].sort();
  return {
    methods: names.join(' '),
    hasFactor: hasFactor(names.map((method) => ({ method: method as MethodName }))),
  };
}

export function toSearchFields(account: Pick<Account, 'email' | 'name' | 'familyName'>): SearchFields {
  const { name, familyName, email } = searchTextsOf(account);
  return { searchName: name, searchFamilyName: familyName, searchEmail: email };
}

function fieldsOf({ email, name, familyName }: Summarised): SearchFields {
  return toSearchFields({ email, name, familyName: familyName ?? null });
}

function isSpelled(account: Summarised): boolean {
  const { searchName, searchFamilyName, searchEmail } = fieldsOf(account);
  return (
    account.searchName === searchName &&
    (account.searchFamilyName ?? null) === searchFamilyName &&
    (account.searchEmail ?? null) === searchEmail
  );
}

export type AccountSummaries = ReturnType<typeof createAccountSummaries>;

/** `inLine` is shared by all that change an account. */
export function createAccountSummaries({ act }: Connection, models: Models, inLine: InLine) {
  const { accounts, enrolments } = models;
  /** Refreshes that have not begun: they read what is stored by then. */
  const waiting = new Map<string, Promise<void>>();
  /** Accounts of which a refresh has failed. */
  const failed = new Set<string>();
  /** The last account that was compared. */
  let compared = '';

  /** By account: the methods of all its enrolments. No entry for an account without. */
  async function methodsOf(
    accountIds: readonly string[],
    without: string | null = null,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = await enrolments
      .find({ accountId: trusted({ $in: [...accountIds] }), kind: 'enrolment' }, { accountId: 1, method: 1 })
      .lean<Pick<EnrolmentDocument, '_id' | 'accountId' | 'method'>[]>();
    const methods = new Map<string, string[]>();
    for (const { _id, accountId, method } of found) {
      if (_id !== without) methods.set(accountId, [...(methods.get(accountId) ?? []), method]);
    }
    return methods;
  }

  async function summarise(accountId: string, without: string | null = null): Promise<Summary> {
    return summaryOf((await methodsOf([accountId], without)).get(accountId) ?? []);
  }

  /**
   * Looks again after each write, so that the last of several writers has seen every enrolment: one that came later has a
   * writer that comes later.
   */
  async function write(accountId: string): Promise<void> {
    let written: string | null = null;
    for (let writes = 0; writes < MOST_WRITES; writes += 1) {
      const summary = await summarise(accountId);
      if (summary.methods === written) return;
      const { matchedCount } = await accounts.updateOne({ _id: accountId }, { $set: summary });
      // Factors are stored before their account is.
      if (matchedCount === 0) return;
      written = summary.methods;
    }
  }

  /** After a change of enrolments. Never rejects because the store is away: the change itself is done, and a sweep mends. */
  function refresh(accountId: string): Promise<void> {
    const known = waiting.get(accountId);
    if (known) return known;
    const mine = refreshInTurn(accountId);
    waiting.set(accountId, mine);
    return mine;
  }

  async function refreshInTurn(accountId: string): Promise<void> {
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      waiting.delete(accountId);
      return write(accountId);
    };
    try {
      // Not at once: those who want it at this moment share it.
      await null;
      await act(() => inLine(accountId, begin));
      failed.delete(accountId);
    } catch (error) {
      if (!hasBegun) waiting.delete(accountId);
      if (!(error instanceof StoreUnavailable)) throw error;
      failed.add(accountId);
    }
  }

  /** Before a removal: a crash after it leaves an account without factors shown as one without, and never as protected. */
  function prepareRemoval(accountId: string, enrolmentId: string): Promise<void> {
    return act(() =>
      inLine(accountId, async () => {
        const summary = await summarise(accountId, enrolmentId);
        if (!summary.hasFactor) await accounts.updateOne({ _id: accountId }, { $set: summary });
      }),
    );
  }

  /** Writes the first summary of accounts that an older release has stored. */
  async function summariseOlder(): Promise<void> {
    let found: readonly Summarised[];
    do {
      found = await act(() => accounts.find({ methods: null }, SUMMARISED).limit(BATCH).lean<Summarised[]>());
      if (found.length === 0) return;
      const methods = await act(() => methodsOf(found.map(({ _id }) => _id)));
      for (const account of found) await summariseOne(account, methods.get(account._id) ?? []);
    } while (found.length === BATCH);
  }

  /** Only while it has none: one that was written since is newer. */
  function summariseOne(account: Summarised, methods: readonly string[]): Promise<unknown> {
    const { _id, name, email } = account;
    const fields = { ...summaryOf(methods), ...fieldsOf(account) };
    return act(() =>
      inLine(_id, () => accounts.updateOne({ _id, name, email, methods: null }, { $set: fields }).exec()),
    );
  }

  /** Compares the next accounts with their enrolments and names. */
  async function compareSome(): Promise<void> {
    for (let left = COMPARED; left > 0; left -= BATCH) {
      const found = await act(() =>
        accounts
          .find({ _id: trusted({ $gt: compared }) }, SUMMARISED)
          .sort({ _id: 1 })
          .limit(BATCH)
          .lean<Summarised[]>(),
      );
      const methods = await act(() => methodsOf(found.map(({ _id }) => _id)));
      for (const account of found) await mendOne(account, summaryOf(methods.get(account._id) ?? []));
      compared = found.length < BATCH ? '' : (found.at(-1)?._id ?? '');
      if (compared === '') return;
    }
  }

  async function mendOne(account: Summarised, summary: Summary): Promise<void> {
    const { _id, name, email } = account;
    if (account.methods !== summary.methods || account.hasFactor !== summary.hasFactor) await refresh(_id);
    if (isSpelled(account)) return;
    const familyName = account.familyName ?? null;
    const fields = { $set: fieldsOf(account) };
    await act(() => inLine(_id, () => accounts.updateOne({ _id, name, email, familyName }, fields).exec()));
  }

  async function mend(): Promise<void> {
    for (const id of [...failed]) await refresh(id);
    await summariseOlder();
    await compareSome();
  }

  return { methodsOf, refresh, prepareRemoval, mend };
}
