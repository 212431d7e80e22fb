/** Reads the form with a person's details. An absent field stays as it is. */
import {
  type Account,
  isGroupName,
  mayManage,
  normaliseEmail,
  ROLES,
  type Role,
} from '../../../domain/account.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { isTypedEmail, personName } from '../../../domain/self-service/details.ts';
import type { Cipher } from '../../../ports/system.ts';

/** The details of a person that an administrator changes. */
export interface PersonDetails extends Pick<Account, 'name' | 'role' | 'groups' | 'manages' | 'enforcement'> {
  readonly email: string;
}

/** As they were typed. Groups stand one a line. */
export type TypedDetails = Readonly<Partial<Record<keyof PersonDetails, string | undefined>>>;

const MOST_GROUPS = 200;
/** Characters of base64url, 132 bits. */
const VERSION_LENGTH = 22;

export function readDetails(typed: TypedDetails, now: PersonDetails): Outcome<PersonDetails> {
  const name = typed.name === undefined ? now.name : personName(typed.name);
  if (name === null) return refused({ code: 'field_invalid', field: 'name' });
  const email = typed.email === undefined ? now.email : normaliseEmail(typed.email);
  if (email !== now.email && !isTypedEmail(email))
    return refused({ code: 'field_invalid', because: 'email_incomplete' });
  const role = typed.role === undefined ? now.role : roleOf(typed.role);
  if (role === null) return refused({ code: 'field_invalid', field: 'role' });
  const groups = groupsOf(typed.groups) ?? now.groups;
  if (!areGroups(groups)) return refused({ code: 'field_invalid', field: 'groups' });
  const given = groupsOf(typed.manages);
  // An account that leaves the role of a manager manages nothing.
  const manages = role === 'manager' ? (given ?? now.manages) : [];
  if (!areGroups(manages) || !mayManage(role, given ?? []))
    return refused({ code: 'field_invalid', field: 'manages' });
  const enforcement = typed.enforcement === undefined ? now.enforcement : enforcementOf(typed.enforcement);
  if (enforcement === undefined) return refused({ code: 'field_invalid', field: 'enforcement' });
  return accepted({ name, email, role, groups, manages, enforcement });
}

function roleOf(typed: string): Role | null {
  return ROLES.find((role) => role === typed) ?? null;
}

function enforcementOf(typed: string): Account['enforcement'] | undefined {
  if (typed === 'tenant') return null;
  return typed === 'required' ? 'required' : undefined;
}

function groupsOf(typed: string | undefined): readonly string[] | null {
  if (typed === undefined) return null;
  const lines = typed.split(/[\r\n]+/).map((line) => line.normalize('NFC').trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

function areGroups(groups: readonly string[]): boolean {
  return groups.length <= MOST_GROUPS && groups.every(isGroupName);
}

export function areSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

/** Another state of these details has another version. */
export function versionOf(details: PersonDetails, cipher: Pick<Cipher, 'digest'>): string {
  const { name, email, role, groups, manages, enforcement } = details;
  const text = JSON.stringify([name, email, role, groups, manages, enforcement]);
  return cipher.digest(text, 'person-version').slice(0, VERSION_LENGTH);
}
