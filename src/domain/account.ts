/** A person who signs in: member, help desk, manager of groups, or administrator of one tenant. */
export type Role = 'member' | 'helpdesk' | 'manager' | 'admin';
export const ROLES: readonly Role[] = ['member', 'helpdesk', 'manager', 'admin'];
export type Locale = 'en' | 'nl';
export const LOCALES: readonly Locale[] = ['en', 'nl'];

/** A detail of a person that the operator names, for claims of relying parties. */
export type AttributeValue = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Account {
  readonly id: string;
  readonly tenantId: string;
  /** Trimmed and case-folded, unique over all tenants. */
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
  /** The language that the person chose. Null follows the browser. */
  readonly locale: Locale | null;
  /** PHC string; null until an invitation is accepted. */
  readonly passwordHash: string | null;
  /** The time of "it was not me", since which its factors may not be changed. Null when they may. */
  readonly frozenAt: number | null;
  /**
   * Everything that was begun or issued before this time has ended: sessions, tokens, sign-ins, trust, links in mails.
   * Milliseconds since the epoch. It is only ever raised.
   */
  readonly endsBefore: number | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The last change of a detail that relying parties may receive, in milliseconds since the epoch. */
  readonly updatedAt: number;
}

/**
 * UTF-16 units that are normalised. Combining marks in a row take time by the square of their number, so the rest of a
 * longer text is dropped. NFC shortens a text to a quarter at most, so what is left is still too long for every form.
 */
const MOST_NORMALISED = 2000;

/** The one spelling under which an e-mail address is stored and compared, on every form and in every file. */
export function normaliseEmail(typed: string): string {
  // Lower case first, since a lower-case letter may have a composed form that its capital lacks.
  return typed.trim().slice(0, MOST_NORMALISED).toLowerCase().normalize('NFC');
}

/** One spelling of a password for all keyboards (NIST SP 800-63B-4, 3.1.1.2). */
export function normalisePassword(typed: string): string {
  return typed.slice(0, MOST_NORMALISED).normalize('NFC');
}
