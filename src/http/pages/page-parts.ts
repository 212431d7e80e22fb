/** What several pages have in common: parts of their models. */
import type { MethodName } from '../../domain/methods/method.ts';

/** A form of ours: where it posts to, and its synchroniser token. */
export interface Form {
  readonly action: string;
  readonly token: string;
}

/** One row of a chooser. */
export interface MethodChoice {
  readonly method: MethodName;
  readonly selected: boolean;
  /** Where its code would go, masked; null for a method that sends none. */
  readonly destination?: string | null;
}

/** A code that was sent, or can be. */
export interface SentCode {
  /** Masked, of a fixed length. */
  readonly destination: string;
  /** Null: none that is good is on its way. */
  readonly secondsLeft: number | null;
  /** Of the sending, for the button that sends another. */
  readonly seen: string | null;
}

/** A link that confirms an address can be mailed there, or was a moment ago. */
export interface AddressConfirmationView {
  readonly form: Form;
  /** Masked, of a fixed length. */
  readonly destination: string;
  readonly isSent: boolean;
}

/** Behind a link in a mail: a button, and afterwards that it was done. */
export interface MailedPage {
  readonly form: Form;
  readonly email: string;
  readonly isDone: boolean;
}

/** What surrounds a step of a set-up. */
export interface EnrolmentPageParts {
  readonly form: Form;
  /** The first page of a set-up that the person did not ask for. */
  readonly forced: boolean;
  /** The application that demands it; else it is the organisation. */
  readonly demandedBy?: string | null;
  /** Back to the chooser of methods; null when there is nothing to choose. */
  readonly chooseHref: string | null;
  readonly cancel: Form | null;
  /** In self-service the page has the account's navigation and a way back. */
  readonly backHref: string | null;
}

/** A step of a set-up at which a code is sent and typed. */
export interface EnrolmentCodeParts extends EnrolmentPageParts {
  /** Masked; null while no number was given. */
  readonly destination: string | null;
  readonly secondsLeft: number | null;
  /** One was asked for: the page has a field for it. */
  readonly isSent: boolean;
  readonly seen: string | null;
  /** As typed before a refusal. */
  readonly phone: string;
}

export interface FactorView {
  readonly method: MethodName;
  readonly label: string;
  readonly app: string | null;
  /** Where its codes go, masked; null for a method that sends none. */
  readonly destination: string | null;
  readonly createdAt: number;
  readonly isDefault: boolean;
  readonly remove: Form;
  /** Null where there is nothing to choose. */
  readonly makeDefault: Form | null;
}

/** A browser that is trusted, and where it let a second factor be skipped. */
export interface TrustedBrowserView {
  /** As in `Firefox, Linux`; null when it says nothing of itself. */
  readonly name: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly lastUsedFor: string | null;
  readonly revoke: Form;
}

export interface MessageView {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

/** A letter that can be looked at, by its first line. */
export interface SampleLink {
  readonly words: string;
  readonly href: string;
}
