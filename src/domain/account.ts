/** The account of a person, and the spelling of what a person types to sign in. */
import { domainToASCII, domainToUnicode } from 'node:url';
import type { FormerEmail, PendingEmail } from './self-service/email-change.ts';

/** A person who signs in: member, help desk, manager of groups, or administrator of one tenant. */
export type Role = 'member' | 'helpdesk' | 'manager' | 'admin';
export const ROLES: readonly Role[] = ['member', 'helpdesk', 'manager', 'admin'];
export type Locale = 'en' | 'nl';
export const LOCALES: readonly Locale[] = ['en', 'nl'];

/** Whether an account of this role may have groups that it manages. */
export function mayManage(role: Role, manages: readonly string[]): boolean {
  return role === 'manager' || manages.length === 0;
}

/** Characters. */
export const LONGEST_GROUP = 100;

/** Whether a text without spaces around it can be the name of a group. */
export function isGroupName(name: string): boolean {
  return name !== '' && name.length <= LONGEST_GROUP;
}

/** A detail of a person that the operator names, for claims of relying parties. */
export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Account {
  readonly id: string;
  readonly tenantId: string;
  /** As `normaliseEmail` spells it, unique over all tenants. */
  readonly email: string;
  readonly emailConfirmed: boolean;
  readonly name: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** The name that the person signs documents or posts with; relying parties may show it. Null: the e-mail address. */
  readonly username: string | null;
  readonly attributes: Attributes;
  /** E.164, or null. */
  readonly phone: string | null;
  readonly role: Role;
  readonly groups: readonly string[];
  /** The groups of a manager. */
  readonly manages: readonly string[];
  /** A second address that notices go to, as `normaliseEmail` spells it, or null (NIST SP 800-63B-4, 4.6). */
  readonly notificationEmail: string | null;
  /** The language that the person chose. Null follows the browser. */
  readonly locale: Locale | null;
  /** PHC string; null until an invitation is accepted. */
  readonly passwordHash: string | null;
  /** The time of "it was not me", since which its factors may not be changed. Null when they may. */
  readonly frozenAt: number | null;
  /**
   * The time since which every sign-in needs a second factor, because the owner did not ask for the removal of factors by an
   * administrator. Null: the policy of the tenant decides.
   */
  readonly heldAt: number | null;
  /**
   * Everything that was begun or issued before this time has ended: sessions, tokens, sign-ins, trust, links in mails.
   * Milliseconds since the epoch. It is only ever raised.
   */
  readonly endsBefore: number | null;
  /** The time since which the account may not sign in, in milliseconds since the epoch. Null when it may. */
  readonly disabledAt: number | null;
  /** The time of the newest invitation, which ends older ones. Null when the account was never invited. */
  readonly invitedAt: number | null;
  /**
   * The time at which a link in a mail reset the password, since when a code to that address proves nothing more. Null when
   * another factor was given since.
   */
  readonly mailResetAt: number | null;
  /** `required`: a second factor is required of this person, whatever the tenant asks of others. Null: the tenant decides. */
  readonly enforcement: 'required' | null;
  /** An address that the person wants in the place of this one. Null when there is none. */
  readonly pendingEmail: PendingEmail | null;
  /** The same for the second address. */
  readonly pendingNotificationEmail: PendingEmail | null;
  /** Addresses of before that can be restored by the link that was mailed there. The oldest is first. */
  readonly formerEmails: readonly FormerEmail[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The last change of a detail that relying parties may receive, in milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** The marks of an account to which nothing has happened yet. */
export const NEW_ACCOUNT = {
  notificationEmail: null,
  frozenAt: null,
  heldAt: null,
  endsBefore: null,
  disabledAt: null,
  invitedAt: null,
  mailResetAt: null,
  enforcement: null,
  pendingEmail: null,
  pendingNotificationEmail: null,
  formerEmails: [],
} as const satisfies Partial<Account>;

/** The details of an account that one act can change. An absent one stays as it is. */
export type AccountChanges = Partial<
  Pick<
    Account,
    | 'name'
    | 'givenName'
    | 'familyName'
    | 'username'
    | 'attributes'
    | 'role'
    | 'groups'
    | 'manages'
    | 'notificationEmail'
    | 'disabledAt'
    | 'invitedAt'
    | 'mailResetAt'
    | 'enforcement'
    | 'pendingEmail'
    | 'pendingNotificationEmail'
  >
>;

/**
 * UTF-16 units that are normalised. Combining marks in a row take time by the square of their number, so the rest of a
 * longer text is dropped. NFC shortens a text to a quarter at most, so what is left is still too long for every form.
 */
const MOST_NORMALISED = 2000;

/** Characters. No e-mail address is longer (RFC 5321, 4.5.3.1). */
export const LONGEST_EMAIL = 320;

const HAS_NON_ASCII = /[^\0-\x7f]/;
/** The parser of addresses would take other ASCII characters for a port, a path or an escape. */
const DOMAIN_TO_CONVERT = /^(?:[a-z0-9.-]|[^\0-\x7f])+$/;
/** RFC 1123, 2.1. A last label of digits alone is that of an IPv4 address, which the parser makes of `①.②`. */
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The domain in punycode (UTS 46). Null when no such domain can exist. */
function asciiDomain(domain: string): string | null {
  const ascii = DOMAIN_TO_CONVERT.test(domain) ? domainToASCII(domain) : '';
  return HOST_NAME.test(ascii) ? ascii : null;
}

/**
 * The one spelling under which an e-mail address is stored and compared, on every form and in every file. A domain in
 * ASCII stays as it is. Any other one is spelled in punycode, as browsers send it, and stays when that is impossible.
 */
export function normaliseEmail(typed: string): string {
  // Lower case first, since a lower-case letter may have a composed form that its capital lacks.
  const text = typed.trim().slice(0, MOST_NORMALISED).toLowerCase().normalize('NFC');
  const start = text.lastIndexOf('@') + 1;
  const domain = text.slice(start);
  if (start === 0 || text.length > LONGEST_EMAIL || !HAS_NON_ASCII.test(domain)) return text;
  return text.slice(0, start) + (asciiDomain(domain) ?? domain);
}

/**
 * A durable claim with the ids of accounts that keep the spelling of an older release. Spelled as here, their address
 * would be that of one more account.
 */
export const EQUAL_EMAILS = 'equal-emails';

/** The line for the operator about such accounts, of which ten are named by id. */
export function warningOfEqualEmails(ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return [];
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : '';
  return [
    `${ids.length} accounts have an e-mail address that, spelled another way, is that of one more account, and cannot sign in with it: ${ids.slice(0, 10).join(', ')}${more}`,
  ];
}

/** Whether a normalised text has the form of an e-mail address: any account may have it, or none. */
export function isEmail(email: string): boolean {
  return /^.+@[!-~]+$/s.test(email);
}

/** An e-mail address as people write it: with the letters of its domain, where they lead back to the same domain. */
export function shownEmail(email: string): string {
  const start = email.lastIndexOf('@') + 1;
  const domain = email.slice(start);
  if (start === 0 || !/(?:^|\.)xn--/.test(domain)) return email;
  const shown = domainToUnicode(domain);
  return asciiDomain(shown) === domain ? email.slice(0, start) + shown : email;
}

/** One spelling of a password for all keyboards (NIST SP 800-63B-4, 3.1.1.2). */
export function normalisePassword(typed: string): string {
  return typed.slice(0, MOST_NORMALISED).normalize('NFC');
}
