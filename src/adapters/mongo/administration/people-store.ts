/** Lists of people in MongoDB, by the summary on each account. */
import { trusted } from 'mongoose';
import type { Account } from '../../../domain/account.ts';
import type { Scope } from '../../../domain/administration/may-act.ts';
import { endOfPrefix } from '../../../domain/administration/search-text.ts';
import { hasFactor } from '../../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import type {
  PeopleCondition,
  PeopleQuery,
  PeopleStore,
} from '../../../ports/administration/people-store.ts';
import { readableAccounts } from '../account-store.ts';
import type { Connection } from '../connection.ts';
import type { Models } from '../schema/collections.ts';

export interface PeopleBounds {
  /** So many locks are named in one search. Beyond them accounts are read first, and then their locks. */
  readonly locks: number;
  /** Accounts that are read with their locks in one act. */
  readonly batch: number;
}

const BOUNDS: PeopleBounds = { locks: 5000, batch: 500 };

type Filter = Readonly<Record<string, unknown>>;

const ENABLED = { disabledAt: null };

/** `locked` is a matter of another collection. */
const CONDITIONS: Readonly<Record<PeopleCondition, Filter>> = {
  // Without a summary it may have a factor: it is shown as an account without one until a sweep has looked.
  unprotected: { ...ENABLED, hasFactor: trusted({ $in: [false, null] }) },
  protected: { ...ENABLED, hasFactor: true },
  locked: ENABLED,
  unconfirmed: { ...ENABLED, emailConfirmed: false },
  disabled: { disabledAt: trusted({ $ne: null }) },
  enabled: ENABLED,
};

/** How many accounts have set up the same methods. Null: those without a summary. */
interface Tally {
  readonly _id: string | null;
  readonly count: number;
}

const EVERYBODY: PeopleQuery = { q: null, group: null, role: null, condition: null };

function scopeFilter({ tenantId, groups }: Scope, group: string | null): Filter {
  const managed = groups === null ? [] : [{ groups: trusted({ $in: [...groups] }) }];
  const own = group === null ? [] : [{ groups: group }];
  const [only, other] = [...own, ...managed];
  return { tenantId, ...(other ? { $and: [only, other] } : only) };
}

function filterOf(scope: Scope, { q, group, role, condition, isUnconfirmed }: PeopleQuery): Filter {
  const range = trusted({ $gte: q ?? '', $lt: endOfPrefix(q ?? '') });
  const texts = ['email', 'searchName', 'searchFamilyName', 'searchEmail'];
  return {
    ...scopeFilter(scope, group),
    ...(condition && CONDITIONS[condition]),
    ...(role && { role }),
    ...(isUnconfirmed && { emailConfirmed: false }),
    ...(q && { $or: texts.map((field) => ({ [field]: range })) }),
  };
}

export function createPeopleStore(
  { act }: Connection,
  { accounts, lockouts }: Models,
  { locks, batch }: PeopleBounds = BOUNDS,
): PeopleStore {
  const isLock = (now: number) => ({ kind: 'lock' as const, at: trusted({ $gt: new Date(now) }) });

  /** The accounts that wait. Null when there are too many to name. */
  async function lockedIds(now: number): Promise<readonly string[] | null> {
    const found = await lockouts
      .find({ ...isLock(now), bucket: null, accountId: trusted({ $ne: null }) }, { accountId: 1 })
      .limit(locks + 1)
      .lean();
    if (found.length > locks) return null;
    return [...new Set(found.flatMap(({ accountId }) => accountId ?? []))];
  }

  /** Those of some accounts that wait. */
  async function lockedAmong(ids: readonly string[], now: number): Promise<ReadonlySet<string>> {
    const found = await lockouts
      .find({ ...isLock(now), accountId: trusted({ $in: [...ids] }) }, { accountId: 1 })
      .lean();
    return new Set(found.flatMap(({ accountId }) => accountId ?? []));
  }

  interface Plan {
    readonly filter: Filter;
    /** Whether each account that is found has to be looked for among the locks. */
    readonly looksForLocks: boolean;
  }

  /** Null where nobody can be found. */
  async function prepare(scope: Scope, query: PeopleQuery, now: number): Promise<Plan | null> {
    if (scope.groups?.length === 0) return null;
    const filter = filterOf(scope, query);
    if (query.condition !== 'locked') return { filter, looksForLocks: false };
    const ids = await act(() => lockedIds(now));
    if (ids === null) return { filter, looksForLocks: true };
    return ids.length === 0
      ? null
      : { filter: { ...filter, _id: trusted({ $in: [...ids] }) }, looksForLocks: false };
  }

  /** The next accounts, and those of them that the plan is about. */
  async function next({ filter, looksForLocks }: Plan, after: string, size: number, now: number) {
    const read = await accounts
      .find({ ...filter, email: trusted({ $gt: after }) })
      .sort({ email: 1 })
      .limit(size)
      .lean();
    if (!looksForLocks) return { read, wanted: read };
    const ids = read.map(({ _id }) => _id);
    const locked = await lockedAmong(ids, now);
    return { read, wanted: read.filter(({ _id }) => locked.has(_id)) };
  }

  async function count(scope: Scope, query: PeopleQuery, now: number): Promise<number> {
    const plan = await prepare(scope, query, now);
    if (plan === null) return 0;
    if (!plan.looksForLocks) return act(() => accounts.countDocuments(plan.filter).exec());
    let total = 0;
    for (let after: string | null = ''; after !== null; ) {
      const from: string = after;
      const { read, wanted } = await act(() => next(plan, from, batch, now));
      total += wanted.length;
      after = read.length < batch ? null : (read.at(-1)?.email ?? null);
    }
    return total;
  }

  return {
    async page(scope, query, after, limit, now) {
      const plan = await prepare(scope, query, now);
      const found: Account[] = [];
      if (plan === null || limit < 1) return found;
      let from = after ?? '';
      for (;;) {
        const size = plan.looksForLocks ? batch : limit - found.length;
        const { read, wanted } = await act(() => next(plan, from, size, now));
        found.push(...readableAccounts(wanted));
        if (found.length >= limit || read.length < size) return found.slice(0, limit);
        from = read.at(-1)?.email ?? from;
      }
    },
    count,
    async find(scope, id) {
      if (scope.groups?.length === 0) return null;
      const filter = { ...scopeFilter(scope, null), _id: id };
      return act(async () => readableAccounts(await accounts.find(filter).lean())[0] ?? null);
    },
    async totals(scope, now) {
      const byMethod = new Map<string, number>();
      if (scope.groups?.length === 0)
        return { members: 0, protected: 0, unprotected: 0, locked: 0, unconfirmed: 0, byMethod };
      const isEnabled = { ...scopeFilter(scope, null), ...ENABLED };
      const tallies = await act(() =>
        accounts.aggregate<Tally>([
          { $match: isEnabled },
          { $group: { _id: '$methods', count: { $sum: 1 } } },
        ]),
      );
      const totals = { members: 0, protected: 0, unprotected: 0 };
      for (const { _id, count: number } of tallies) {
        const methods = (_id ?? '').split(' ').filter(Boolean) as MethodName[];
        totals.members += number;
        totals[hasFactor(methods.map((method) => ({ method }))) ? 'protected' : 'unprotected'] += number;
        for (const method of methods) byMethod.set(method, (byMethod.get(method) ?? 0) + number);
      }
      return {
        ...totals,
        locked: await count(scope, { ...EVERYBODY, condition: 'locked' }, now),
        unconfirmed: await count(scope, { ...EVERYBODY, condition: 'unconfirmed' }, now),
        byMethod,
      };
    },
  };
}
