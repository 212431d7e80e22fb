/** Compares an account of the configuration with the stored one. */
import type { Account } from '../account.ts';

/** The details that are compared. Each one only where the configuration writes it: a default says nothing of a person. */
export const COMPARED_DETAILS = [
  'name',
  'givenName',
  'familyName',
  'username',
  'locale',
  'attributes',
  'role',
  'groups',
  'manages',
  'phone',
] as const satisfies readonly (keyof Account)[];

export type ComparedDetail = (typeof COMPARED_DETAILS)[number];

/** An account as the configuration writes it. */
export interface StatedAccount extends Pick<Account, ComparedDetail | 'email' | 'tenantId'> {
  /** The details that the file writes for this account. */
  readonly stated: readonly ComparedDetail[];
}

export interface DetailDifference {
  readonly detail: ComparedDetail;
  readonly stored: Account[ComparedDetail];
  readonly stated: Account[ComparedDetail];
}

/** In the order of `COMPARED_DETAILS`. The order of groups does not count. */
export function differencesOf(stated: StatedAccount, stored: Account): DetailDifference[] {
  return COMPARED_DETAILS.filter(
    (detail) => stated.stated.includes(detail) && inOrder(stated[detail]) !== inOrder(stored[detail]),
  ).map((detail) => ({ detail, stored: stored[detail], stated: stated[detail] }));
}

function inOrder(value: Account[ComparedDetail]): string {
  if (value === null || typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return JSON.stringify([...value].sort());
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
