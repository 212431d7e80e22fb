/**
 * Lists of people in SQLite. A statement reads a bounded number of index entries, so that it blocks other requests for
 * some milliseconds. A list or a total that needs more reads them in slices, and other work runs in between.
 */
import type { SQLOutputValue } from 'node:sqlite';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Account } from '../../../domain/account.ts';
import type { Scope } from '../../../domain/administration/may-act.ts';
import type { PeopleQuery, PeopleStore } from '../../../ports/administration/people-store.ts';
import { type AccountRow, readableAccounts } from '../account-store.ts';
import type { Database, Statement } from '../sqlite/database.ts';
import { LOCKS, MATCHES, ofCondition, oneOf, type PeoplePlan, planOf, valuesOf } from './people-query.ts';

export interface PeopleBounds {
  /** Index entries that one statement reads. */
  readonly slice: number;
  /** A set of so many addresses is read at once. A larger one is a filter of slices. */
  readonly sparse: number;
}

const BOUNDS: PeopleBounds = { slice: 2000, sparse: 2000 };

/** No e-mail address comes after it. */
const LAST = '\u{10ffff}';

const EVERYBODY: PeopleQuery = { q: null, group: null, role: null, condition: null };

type Tally = { methods: string; is_protected: number; email_confirmed: number; number: number };

/** Each statement is prepared once. There are as many as kinds of queries. */
function preparedOnce<Row extends Record<string, SQLOutputValue>>(database: Database) {
  const prepared = new Map<string, Statement<Row>>();
  return (sql: string): Statement<Row> => {
    const known = prepared.get(sql);
    if (known) return known;
    const made = database.statement<Row>(sql);
    prepared.set(sql, made);
    return made;
  };
}

export function createPeopleStore(database: Database, { slice, sparse }: PeopleBounds = BOUNDS): PeopleStore {
  const accounts = preparedOnce<AccountRow>(database);
  const addresses = preparedOnce<{ email: string | null }>(database);
  const numbers = preparedOnce<{ number: number }>(database);
  const tallies = preparedOnce<Tally>(database);

  /** Null for a scope without members. */
  async function prepare(scope: Scope, query: PeopleQuery, now: number): Promise<PeoplePlan | null> {
    if (scope.groups?.length === 0) return null;
    const asked = query.q === '' ? { ...query, q: null } : query;
    const { q, condition } = asked;
    const isSmall = (set: string) => hasFew(set, valuesOf(scope, asked, now));
    return database.act(() => {
      const matches = q !== null && isSmall(MATCHES);
      const locked = condition === 'locked' && !matches && isSmall(LOCKS);
      const own = q === null || matches ? null : ofCondition(condition);
      return planOf(scope, asked, now, { matches, locked, condition: own !== null && isSmall(own) });
    });
  }

  function hasFew(set: string, values: PeoplePlan['values']): boolean {
    const bounded = `SELECT count(*) AS number FROM (${set} LIMIT ${sparse + 1})`;
    return (numbers(bounded).get(values)?.number ?? 0) <= sparse;
  }

  /** The last address of the slice that begins after this one. */
  function endOf({ boundary, sharers, values }: PeoplePlan, after: string): string {
    if (boundary === null) return LAST;
    const offset = Math.max(1, Math.floor(slice / sharers));
    return addresses(boundary).get({ ...values, after, slice: offset })?.email ?? LAST;
  }

  /** Works through all slices of a plan. `work` gets the range of each, and tells where the next one begins. */
  async function throughSlices(
    plan: PeoplePlan,
    first: string,
    work: (range: { readonly after: string; readonly upTo: string }) => string | null,
  ): Promise<void> {
    let after: string | null = first;
    while (after !== null) {
      const from: string = after;
      after = await database.act(() => work({ after: from, upTo: endOf(plan, from) }));
      if (after === LAST) return;
      if (after !== null) await yieldToOthers();
    }
  }

  async function count(scope: Scope, query: PeopleQuery, now: number): Promise<number> {
    const plan = await prepare(scope, query, now);
    if (plan === null) return 0;
    const statement = numbers(`SELECT count(*) AS number ${plan.from}`);
    let total = 0;
    await throughSlices(plan, '', (range) => {
      total += statement.get({ ...plan.values, ...range })?.number ?? 0;
      return range.upTo;
    });
    return total;
  }

  return {
    async page(scope, query, after, limit, now) {
      const plan = await prepare(scope, query, now);
      const found: Account[] = [];
      if (plan === null || limit < 1) return found;
      const statement = accounts(`SELECT accounts.* ${plan.from} ORDER BY accounts.email LIMIT :limit`);
      await throughSlices(plan, after ?? '', (range) => {
        const left = limit - found.length;
        const rows = statement.all({ ...plan.values, ...range, limit: left });
        found.push(...readableAccounts(rows));
        if (found.length === limit) return null;
        return rows.length < left ? range.upTo : (rows.at(-1)?.email ?? range.upTo);
      });
      return found;
    },
    count,
    async find(scope, id) {
      if (scope.groups?.length === 0) return null;
      const values = { ...valuesOf(scope, EVERYBODY, 0), id };
      return database.act(() => readableAccounts(accounts(oneOf(scope)).all(values))[0] ?? null);
    },
    async totals(scope, now) {
      const totals = { members: 0, protected: 0, unprotected: 0, unconfirmed: 0 };
      const byMethod = new Map<string, number>();
      const plan = await prepare(scope, { ...EVERYBODY, condition: 'enabled' }, now);
      if (plan === null) return { ...totals, locked: 0, byMethod };
      const isProtected = 'accounts.factors > 0';
      const statement = tallies(
        `SELECT methods, ${isProtected} AS is_protected, email_confirmed, count(*) AS number ${plan.from}
          GROUP BY methods, ${isProtected}, email_confirmed`,
      );
      await throughSlices(plan, '', (range) => {
        for (const tally of statement.all({ ...plan.values, ...range })) add(tally);
        return range.upTo;
      });
      return { ...totals, locked: await count(scope, { ...EVERYBODY, condition: 'locked' }, now), byMethod };

      function add({ methods, is_protected, email_confirmed, number }: Tally): void {
        totals.members += number;
        totals[is_protected === 1 ? 'protected' : 'unprotected'] += number;
        if (email_confirmed === 0) totals.unconfirmed += number;
        for (const method of methods.split(' ').filter(Boolean))
          byMethod.set(method, (byMethod.get(method) ?? 0) + number);
      }
    },
  };
}
