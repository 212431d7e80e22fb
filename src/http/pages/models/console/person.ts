/** The model of the page of one person in the console. */
import type { Role } from '../../../../domain/account.ts';
import type { MethodName } from '../../../../domain/methods/method.ts';
import type { Enforcement, Minimum } from '../../../../domain/tenant.ts';
import type { PersonState, SeenLine } from '../../../../use-cases/administration/person/view-person.ts';
import type { Form } from '../../page-parts.ts';
import type { SessionView } from '../account-pages.ts';

/** The buttons of the page that stand for themselves. */
export const PERSON_BUTTONS = [
  'resend-confirmation',
  'unlock',
  'unfreeze',
  'end-sessions',
  'disable',
  'enable',
  'file-reset',
  'remove-factors',
  'temporary-pass',
] as const;

export type PersonButton = (typeof PERSON_BUTTONS)[number];

/** The act that was just done. The page reports it once. */
export const PERSON_DONE = [
  'saved',
  'mailed',
  'sent',
  'unlocked',
  'unfrozen',
  'signed-out',
  'disabled',
  'enabled',
  'filed',
  'approved',
  'removed',
  'suspended',
  'resumed',
  'pass',
] as const;

export type PersonDone = (typeof PERSON_DONE)[number];

/** Details as a form has them. Groups stand one a line. */
export interface PersonFields {
  readonly name: string;
  readonly email: string;
  readonly role: Role | string;
  readonly groups: string;
  readonly manages: string;
  readonly enforcement: string;
}

export interface PersonFactor {
  readonly id: string;
  readonly method: MethodName;
  readonly label: string;
  readonly app: string | null;
  readonly destination: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUse: { readonly atMs: number; readonly ip: string; readonly browser: string | null } | null;
  readonly isSuspended: boolean;
  /** After too many wrong codes in a row. */
  readonly isRefused: boolean;
}

export interface PersonPage {
  /** One token for all forms: each posts to the address of the page. */
  readonly form: Form;
  readonly version: string;
  readonly id: string;
  readonly stored: PersonFields;
  /** The values in the form: those that were typed, after a refusal. */
  readonly fields: PersonFields;
  readonly isActivationTicked: boolean;
  readonly reason: string;
  /** The question before the removal of all factors is open: a removal was refused. */
  readonly isRemoving: boolean;
  readonly emailConfirmed: boolean;
  readonly pendingEmail: string | null;
  readonly state: PersonState;
  /** The policy for this person, as it is now. */
  readonly enforcement: Enforcement;
  readonly minimum: Minimum;
  readonly factors: readonly PersonFactor[];
  readonly sessions: readonly Omit<SessionView, 'isCurrent'>[];
  readonly browsers: readonly {
    readonly name: string | null;
    readonly createdAt: number;
    readonly expiresAt: number;
  }[];
  readonly lockedUntil: number | null;
  readonly graceUntil: number | null;
  /** `isKnown`: there are words for the event. */
  readonly lines: readonly (SeenLine & { readonly isKnown: boolean })[];
  readonly buttons: readonly PersonButton[];
  readonly mayEdit: boolean;
  /** The roles that the actor may give. Empty: the role is not changed here. */
  readonly roles: readonly Role[];
  readonly mayRequire: boolean;
  readonly maySuspend: boolean;
  /** The page is about the one who looks at it. */
  readonly isOwn: boolean;
  /** A removal only files a request here, which somebody else approves too. */
  readonly needsTwo: boolean;
  readonly done: PersonDone | null;
  /** A pass that was just made, in groups of four. It is shown once. Null: none is shown. */
  readonly pass: readonly string[] | null;
}
