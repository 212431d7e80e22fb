/** The models of the pages on which people look after their account. The key is the page's `data-page`. */
import type { Locale } from '../../../domain/account.ts';
import type { EnrolmentCodeParts, Form, MailedPage, PageLink } from '../page-parts.ts';

/** A session on the page of sessions. */
export interface SessionView {
  /** The value of the button that ends it. */
  readonly id: string;
  /** A name such as `Firefox, Linux`. Null when the browser sends no known name. */
  readonly browser: string | null;
  /** The place, or a part of the IP address. */
  readonly place: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly lastUsedAt: number;
  readonly applications: readonly string[];
  /** The session of this browser. */
  readonly isCurrent: boolean;
  /** False: the browser has left it, and applications are still signed in. */
  readonly isLive: boolean;
}

export interface AccountPages {
  password: {
    readonly form: Form;
    readonly email: string;
    /** Whether the current password must be typed. */
    readonly asksCurrent: boolean;
    /** The fewest characters of a new password. */
    readonly shortest: number;
    /** Whether the checkbox was ticked in a form that is shown again. */
    readonly keepSessions: boolean;
    /** The time since which the password can't be changed. Null when it can. */
    readonly frozenAt: number | null;
    readonly isDone: boolean;
  };
  'forgot-password': {
    readonly form: Form;
    /** The text typed before a refusal. */
    readonly email: string;
    readonly isDone: boolean;
  };
  'reset-password': {
    readonly form: Form;
    readonly email: string;
    readonly shortest: number;
    readonly isDone: boolean;
    /** The ways on after the change. */
    readonly links: readonly PageLink[];
  };
  account: {
    readonly details: Form;
    readonly name: string;
    /** Null: as the browser says. */
    readonly locale: Locale | null;
    readonly phoneForm: Form;
    /** As it is shown; empty: there is none. */
    readonly phone: string;
    /** Whether codes go to the number: a change removes that second step. */
    readonly isPhoneFactor: boolean;
    readonly emailForm: Form;
    readonly email: string;
    /** The second address, for notices. Empty: there is none. */
    readonly notificationEmail: string;
    /** The addresses that wait for their link. Null: none does. */
    readonly pendingEmail: string | null;
    readonly pendingNotificationEmail: string | null;
    readonly stop: Form;
    /** Whether a code to the present address comes before a change of it. */
    readonly asksForCode: boolean;
    readonly tenantName: string;
    /** The time since which contacts can't be changed. Null when they can. */
    readonly frozenAt: number | null;
    readonly done: AccountDone | null;
  };
  /** The code to the present address, before a change of it. */
  'change-email-code': EnrolmentCodeParts;
  'change-email': MailedPage;
  'confirm-notices': MailedPage;
  'restore-email': MailedPage & {
    /** The fewest characters of a new password. */
    readonly shortest: number;
  };
  sessions: {
    readonly form: Form;
    readonly sessions: readonly SessionView[];
    readonly done: 'ended' | 'others' | null;
  };
}

/** The change that was just made. The page of the account reports it once. */
export const ACCOUNT_DONE = [
  'saved',
  'phone',
  'phone-unbound',
  'phone-removed',
  'mailed',
  'unchanged',
  'notices-removed',
  'stopped',
] as const;
export type AccountDone = (typeof ACCOUNT_DONE)[number];
