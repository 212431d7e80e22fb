/**
 * The storage interface of lists of people, as an administrator sees them. The store narrows every answer to a scope. No act
 * reads all members of a tenant at once, and lists are in the order of e-mail addresses.
 */
import type { Account, Role } from '../../domain/account.ts';
import type { Scope } from '../../domain/administration/may-act.ts';

/** The accounts that a list can be narrowed to. A disabled account is in no list but its own, and in one without a condition. */
export type PeopleCondition =
  /** Without a factor. */
  | 'unprotected'
  /** With at least one factor. */
  | 'protected'
  /** With a wait after wrong passwords or codes. */
  | 'locked'
  /** With an e-mail address that is not confirmed. */
  | 'unconfirmed'
  | 'disabled'
  /** All accounts that are not disabled. */
  | 'enabled';

export interface PeopleQuery {
  /** The start of an e-mail address, of a name, or of a family name, as `searchText` spells it. Null: everybody. */
  readonly q: string | null;
  readonly group: string | null;
  readonly role: Role | null;
  readonly condition: PeopleCondition | null;
  /** Those alone whose e-mail address is not confirmed, beside the condition. */
  readonly isUnconfirmed?: boolean;
}

/** Numbers of accounts that are not disabled. */
export interface PeopleTotals {
  readonly members: number;
  readonly protected: number;
  readonly unprotected: number;
  readonly locked: number;
  readonly unconfirmed: number;
  /** By method: accounts that have set it up. A method of a newer release keeps its name. */
  readonly byMethod: ReadonlyMap<string, number>;
}

export interface PeopleStore {
  /** From the one after this e-mail address (null: from the first), at most `limit`. */
  page(
    scope: Scope,
    query: PeopleQuery,
    after: string | null,
    limit: number,
    now: number,
  ): Promise<Account[]>;
  count(scope: Scope, query: PeopleQuery, now: number): Promise<number>;
  /** Null when there is no such account within the scope. */
  find(scope: Scope, id: string): Promise<Account | null>;
  totals(scope: Scope, now: number): Promise<PeopleTotals>;
}
