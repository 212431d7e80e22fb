/** The SQL of lists of people: how a query finds its accounts by an index, and how it narrows them. */
import type { Scope } from '../../../domain/administration/may-act.ts';
import { endOfPrefix } from '../../../domain/administration/search-text.ts';
import type { PeopleCondition, PeopleQuery } from '../../../ports/administration/people-store.ts';
import type { Values } from '../sqlite/database.ts';

const ENABLED = 'accounts.disabled_at IS NULL';

const CONDITIONS: Readonly<Record<PeopleCondition, string>> = {
  unprotected: `${ENABLED} AND accounts.factors = 0`,
  protected: `${ENABLED} AND accounts.factors > 0`,
  locked: `${ENABLED} AND EXISTS (
    SELECT 1 FROM lockouts WHERE lockouts.account_id = accounts.id AND lockouts.locked_until > :now
  )`,
  unconfirmed: `${ENABLED} AND accounts.email_confirmed = 0`,
  disabled: 'accounts.disabled_at IS NOT NULL',
  enabled: ENABLED,
};

/** The conditions that have an index of their own. */
const INDEXES: Readonly<Partial<Record<PeopleCondition, string>>> = {
  unprotected: 'accounts_unprotected',
  unconfirmed: 'accounts_unconfirmed',
  disabled: 'accounts_disabled',
};

const BEGINS = (text: string) => `(${text} >= :q AND ${text} < :end)`;

/** Whether a row of `accounts` is searched for. A name that nobody has spelled yet is spelled here. */
const IS_MATCH = `(
  ${BEGINS('accounts.email')}
  OR ${BEGINS('coalesce(accounts.search_name, search_text(accounts.name))')}
  OR ${BEGINS('CASE WHEN accounts.search_name IS NULL THEN search_text(accounts.family_name) ELSE accounts.search_family_name END')}
  OR ${BEGINS('CASE WHEN accounts.search_name IS NULL THEN search_email_text(accounts.email) ELSE accounts.search_email END')}
)`;

const matchesBy = (index: string, column: string) =>
  `SELECT email FROM accounts INDEXED BY ${index} WHERE tenant_id = :tenantId AND ${BEGINS(column)}`;

/** The addresses of those who are searched for, some of them twice. */
export const MATCHES = [
  matchesBy('accounts_by_facts', 'email'),
  matchesBy('accounts_by_search_name', 'search_name'),
  matchesBy('accounts_by_search_family_name', 'search_family_name'),
  matchesBy('accounts_by_search_email', 'search_email'),
  `SELECT email FROM accounts INDEXED BY accounts_unspelled
    WHERE tenant_id = :tenantId AND search_name IS NULL AND ${IS_MATCH}`,
].join(' UNION ALL ');

/** The locks that have not ended, of all tenants. */
export const LOCKS = 'SELECT 1 FROM lockouts WHERE locked_until > :now AND account_id IS NOT NULL';

/** The addresses of those who wait after wrong passwords or codes. */
const LOCKED = `
  SELECT accounts.email FROM lockouts INDEXED BY lockouts_of_accounts CROSS JOIN accounts
    WHERE lockouts.locked_until > :now AND lockouts.account_id IS NOT NULL
      AND accounts.id = lockouts.account_id AND accounts.tenant_id = :tenantId`;

const AMONG = (groups: string) => `(SELECT value FROM json_each(:${groups}))`;

const isMember = (groups: string) => `EXISTS (
  SELECT 1 FROM account_groups WHERE account_groups.tenant_id = :tenantId
    AND account_groups.group_name IN ${AMONG(groups)} AND account_groups.email = accounts.email
)`;

/** How the accounts are found, in the order of their e-mail addresses. */
interface Source {
  readonly index: string;
  /** Narrows an index on `accounts` to a part of it. */
  readonly where: readonly string[];
  /** Gives the address that ends a slice of `:slice` entries after `:after`. Null: all are read at once. */
  readonly boundary: string | null;
  /** The groups that it reads, by the name of their parameter. */
  readonly reads: string | null;
}

const ALL = 'accounts_by_facts';

function indexed(index: string, where: readonly string[]): Source {
  const entries = ['tenant_id = :tenantId', ...where, 'email > :after'].join(' AND ');
  const boundary = `SELECT email FROM accounts INDEXED BY ${index} WHERE ${entries}
    ORDER BY email LIMIT 1 OFFSET :slice`;
  return { index, where, boundary, reads: null };
}

/** A set of addresses that is small. */
function listed(addresses: string): Source {
  return { index: ALL, where: [`accounts.email IN (${addresses})`], boundary: null, reads: null };
}

function grouped(groups: string): Source {
  const place = 'tenant_id = :tenantId AND email > :after';
  return {
    index: ALL,
    where: [
      `accounts.email IN (
        SELECT email FROM account_groups WHERE ${place} AND email <= :upTo AND group_name IN ${AMONG(groups)}
      )`,
    ],
    // The nearest end of a slice of one of the groups.
    boundary: `SELECT min(email) AS email FROM (
      SELECT (
        SELECT email FROM account_groups WHERE ${place} AND group_name = item.value
          ORDER BY email LIMIT 1 OFFSET :slice
      ) AS email FROM json_each(:${groups}) AS item
    )`,
    reads: groups,
  };
}

/** The accounts of a condition that has an index of its own. Null for any other one. */
export function ofCondition(condition: PeopleCondition | null): string | null {
  const own = condition && INDEXES[condition];
  return condition && own
    ? `SELECT 1 FROM accounts INDEXED BY ${own} WHERE tenant_id = :tenantId AND ${CONDITIONS[condition]}`
    : null;
}

/** Which sets of accounts are small, as a look has found before the query is sent. */
export interface Sparse {
  readonly matches: boolean;
  readonly locked: boolean;
  readonly condition: boolean;
}

export interface PeoplePlan {
  /** The entries that a slice reads, shared by the groups that are read side by side. */
  readonly sharers: number;
  readonly boundary: string | null;
  /** Everything after SELECT and its columns, without an order. */
  readonly from: string;
  readonly values: Values;
}

export function valuesOf(scope: Scope, { q, group, role }: PeopleQuery, now: number): Values {
  return {
    tenantId: scope.tenantId,
    now,
    q: q ?? '',
    end: endOfPrefix(q ?? ''),
    role,
    managed: JSON.stringify(scope.groups ?? []),
    group: JSON.stringify(group === null ? [] : [group]),
  };
}

export function planOf(scope: Scope, query: PeopleQuery, now: number, sparse: Sparse): PeoplePlan {
  const { q, group, role, condition, isUnconfirmed } = query;
  // A group that is managed is narrower than all that are.
  const isManaged = group !== null && (scope.groups?.includes(group) ?? false);
  const memberships = [
    ...(scope.groups === null || isManaged ? [] : ['managed']),
    ...(group === null ? [] : ['group']),
  ];
  const isFound = { matches: q !== null && sparse.matches, locked: condition === 'locked' && sparse.locked };
  const source = sourceOf();

  function sourceOf(): Source {
    if (isFound.matches) return listed(MATCHES);
    if (isFound.locked) return listed(LOCKED);
    const groups = memberships.at(-1);
    if (groups !== undefined) return grouped(groups);
    if (role !== null && role !== 'member')
      return indexed('accounts_by_role', ['role = :role', `role <> 'member'`]);
    const own = condition === null ? undefined : INDEXES[condition];
    // The large index alone has what is searched for: another one would read whole accounts.
    const isSearched = q !== null && !sparse.condition;
    if (condition === null || own === undefined || isSearched) return indexed(ALL, []);
    return indexed(own, [CONDITIONS[condition]]);
  }

  const filters = [
    'accounts.tenant_id = :tenantId',
    'accounts.email > :after',
    'accounts.email <= :upTo',
    ...source.where,
    ...(condition === null ? [] : [CONDITIONS[condition]]),
    ...(role === null ? [] : ['accounts.role = :role']),
    ...(isUnconfirmed ? ['accounts.email_confirmed = 0'] : []),
    ...memberships.filter((groups) => groups !== source.reads).map(isMember),
    ...(q === null || isFound.matches ? [] : [IS_MATCH]),
  ];
  return {
    sharers: source.reads === 'managed' ? Math.max(1, scope.groups?.length ?? 1) : 1,
    boundary: source.boundary,
    from: `FROM accounts INDEXED BY ${source.index} WHERE ${filters.join(' AND ')}`,
    values: valuesOf(scope, query, now),
  };
}

/** One account, within the scope. */
export function oneOf(scope: Scope): string {
  const filters = [
    'id = :id',
    'tenant_id = :tenantId',
    ...(scope.groups === null ? [] : [isMember('managed')]),
  ];
  return `SELECT * FROM accounts WHERE ${filters.join(' AND ')}`;
}
