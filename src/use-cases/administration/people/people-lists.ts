/**
 * Lists of people in the console, page by page, and whole for a file. Two lists depend on details that no store can search:
 * those are narrowed here, over a bounded number of accounts for each page.
 */
import { LONGEST_EMAIL } from '../../../domain/account.ts';
import type { Scope } from '../../../domain/administration/may-act.ts';
import { hasResistant, type PeopleFilter } from '../../../domain/administration/people-filter.ts';
import { strictestRequirement, type Tenant } from '../../../domain/tenant.ts';
import type { PeopleQuery, PeopleStore } from '../../../ports/administration/people-store.ts';
import type { Clock } from '../../../ports/system.ts';
import type { Person, Roster } from '../roster.ts';

interface PeopleListsDeps {
  readonly people: Pick<PeopleStore, 'page' | 'count'>;
  readonly roster: Pick<Roster, 'peopleOf'>;
  readonly tenants: readonly Pick<Tenant, 'id' | 'secondFactor'>[];
  readonly clock: Clock;
}

/** The search of an administrator. Empty texts and null narrow nothing. */
export interface PeopleSearch {
  /** The start of an e-mail address, a name or a family name, as it was typed. */
  readonly q: string;
  readonly filter: PeopleFilter | null;
  readonly group: string;
}

export interface PeoplePage {
  readonly people: readonly Person[];
  /** The e-mail address after which the next page begins. Null on the last page. */
  readonly next: string | null;
  /** Whether the page is not full because the accounts after `next` were not looked at yet. */
  readonly isUnfinished: boolean;
}

export interface UnconfirmedPart {
  /** The ids of their accounts. A part may have none. */
  readonly ids: readonly string[];
  /** The e-mail address after which the next part begins. */
  readonly upTo: string;
}

/** People on a page. */
export const PEOPLE_PAGE = 50;
/** Accounts that are read from the store at a time. */
const BATCH = 100;
/** Batches that one page of a narrowed list looks through. */
const MOST_BATCHES = 10;

/** A filter: its part that the store answers, and the rest. */
interface Narrowing extends Pick<PeopleQuery, 'condition' | 'role' | 'isUnconfirmed'> {
  readonly keeps?: (person: Person, now: number) => boolean;
}

const NARROWINGS: Readonly<Record<PeopleFilter, Narrowing>> = {
  enabled: { condition: 'enabled', role: null },
  unprotected: { condition: 'unprotected', role: null },
  protected: { condition: 'protected', role: null },
  locked: { condition: 'locked', role: null },
  unconfirmed: { condition: 'unconfirmed', role: null },
  grace: {
    condition: 'enabled',
    role: null,
    keeps: ({ graceUntil }, now) => graceUntil !== null && graceUntil > now,
  },
  'admins-without-phr': {
    condition: 'enabled',
    role: 'admin',
    keeps: ({ factors }) => !hasResistant(factors),
  },
  disabled: { condition: 'disabled', role: null },
};

/** A person with a factor needs no grace while any factor is enough. */
const FIRST_GRACE: Narrowing = { ...NARROWINGS.grace, condition: 'unprotected' };
const EVERYBODY: Narrowing = { condition: null, role: null };

export type PeopleLists = ReturnType<typeof createPeopleLists>;

export function createPeopleLists({ people, roster, tenants, clock }: PeopleListsDeps) {
  function narrowingOf({ tenantId }: Scope, { filter }: PeopleSearch): Narrowing {
    if (filter === null) return EVERYBODY;
    const settings = tenants.find(({ id }) => id === tenantId)?.secondFactor;
    const isRaised = settings !== undefined && strictestRequirement(settings).minimum !== 'any';
    return filter === 'grace' && !isRaised ? FIRST_GRACE : NARROWINGS[filter];
  }

  /** In the order of e-mail addresses, from the one after `after`. Null: from the first. */
  async function page(scope: Scope, search: PeopleSearch, after: string | null): Promise<PeoplePage> {
    const narrowing = narrowingOf(scope, search);
    const limit = narrowing.keeps ? BATCH : PEOPLE_PAGE + 1;
    const found: Person[] = [];
    let cursor = after;
    let hasMore = true;
    for (let batches = 0; hasMore && found.length <= PEOPLE_PAGE && batches < MOST_BATCHES; batches += 1) {
      const now = clock.now();
      const accounts = await people.page(scope, queryOf(search, narrowing), cursor, limit, now);
      hasMore = accounts.length === limit;
      cursor = accounts.at(-1)?.email ?? cursor;
      found.push(...kept(await roster.peopleOf(accounts), narrowing));
    }
    if (found.length > PEOPLE_PAGE) {
      const shown = found.slice(0, PEOPLE_PAGE);
      return { people: shown, next: shown.at(-1)?.account.email ?? null, isUnfinished: false };
    }
    return { people: found, next: hasMore ? cursor : null, isUnfinished: hasMore };
  }

  /** The whole list. It reads the next part when the one before is taken, so that a list of any size fits into memory. */
  async function* everybody(scope: Scope, search: PeopleSearch): AsyncGenerator<readonly Person[]> {
    const narrowing = narrowingOf(scope, search);
    let cursor: string | null = null;
    do {
      const query = queryOf(search, narrowing);
      const accounts = await people.page(scope, query, cursor, BATCH, clock.now());
      cursor = accounts.at(-1)?.email ?? null;
      const part = accounts.length === 0 ? [] : kept(await roster.peopleOf(accounts), narrowing);
      if (part.length > 0) yield part;
    } while (cursor !== null);
  }

  function kept(persons: readonly Person[], { keeps }: Narrowing): readonly Person[] {
    const now = clock.now();
    return keeps ? persons.filter((person) => keeps(person, now)) : persons;
  }

  /** A part of those on a list whose e-mail address is not confirmed, and who may sign in. Null: there are no more. */
  async function unconfirmed(
    scope: Scope,
    search: PeopleSearch,
    after: string | null,
  ): Promise<UnconfirmedPart | null> {
    const narrowing = unconfirmedOf(search);
    const query = narrowing && queryOf(search, narrowing);
    const accounts = query ? await people.page(scope, query, after, BATCH, clock.now()) : [];
    const upTo = accounts.at(-1)?.email;
    if (!narrowing || upTo === undefined) return null;
    const wanted = narrowing.keeps
      ? kept(await roster.peopleOf(accounts), narrowing).map(({ account }) => account)
      : accounts;
    return { ids: wanted.map(({ id }) => id), upTo };
  }

  /** A list that the store can't count is read part by part. */
  async function countUnconfirmed(scope: Scope, search: PeopleSearch): Promise<number> {
    const narrowing = unconfirmedOf(search);
    if (!narrowing) return 0;
    if (!narrowing.keeps) return people.count(scope, queryOf(search, narrowing), clock.now());
    let count = 0;
    let after: string | null = null;
    for (;;) {
      const part: UnconfirmedPart | null = await unconfirmed(scope, search, after);
      if (!part) return count;
      count += part.ids.length;
      after = part.upTo;
    }
  }

  return { page, everybody, unconfirmed, countUnconfirmed };
}

/** Null for a list on which nobody gets a mail. */
function unconfirmedOf({ filter }: PeopleSearch): Narrowing | null {
  if (filter === 'disabled') return null;
  // That condition has an index of its own.
  if (filter === null || filter === 'enabled') return NARROWINGS.unconfirmed;
  return { ...NARROWINGS[filter], isUnconfirmed: true };
}

function queryOf({ q, group }: PeopleSearch, { condition, role, isUnconfirmed }: Narrowing): PeopleQuery {
  return {
    q: searchedText(q) || null,
    group: group.trim() || null,
    role,
    condition,
    ...(isUnconfirmed && { isUnconfirmed }),
  };
}

/** The spelling in which names and addresses are compared. A longer text is the start of nothing. */
function searchedText(typed: string): string {
  return typed.trim().slice(0, LONGEST_EMAIL).toLowerCase().normalize('NFC');
}
