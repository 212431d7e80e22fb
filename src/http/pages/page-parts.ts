/** The parts of page models that several pages share. */

import type { MethodName } from '../../domain/methods/method.ts';
import type { PasskeyCreation, PasskeyRequest } from '../../domain/methods/webauthn.ts';

/** A form: the path that it posts to, and its synchroniser token. */
export interface Form {
  readonly action: string;
  readonly token: string;
}

export type ErrorTitle =
  | 'not-found'
  | 'link-gone'
  | 'report-gone'
  | 'reset-gone'
  | 'address-link-gone'
  | 'report-handled'
  | 'invitation-gone'
  | 'invitation-replaced'
  | 'invitation-used'
  | 'reset-request-gone'
  | 'set-up-gone'
  | 'expired'
  | 'locked'
  | 'stopped'
  | 'cancelled'
  | 'refused'
  | 'unusable'
  | 'held'
  | 'unavailable'
  | 'busy'
  | 'bad-request'
  | 'misdirected'
  | 'failed'
  | 'protocol';

/** The words of a link on an error page. */
export type LinkText =
  | 'account'
  | 'another-way'
  | 'application'
  | 'home'
  | 'new-link'
  | 'recovery-code'
  | 'request-reset'
  | 'sign-in'
  | 'sign-in-again'
  | 'start-again'
  | 'try-again';

/** A link on a page at which something has ended. */
export interface PageLink {
  readonly href: string;
  readonly text: LinkText;
  /** The name of the application that the link leads to. */
  readonly client?: string;
}

/** The ways of a person without a phone in this sign-in, beside asking for help. Null where there is no such way. */
export interface LostPhoneWays {
  readonly recoveryHref: string | null;
  /** The page on which another method can be chosen. */
  readonly chooseHref: string | null;
}

/** The recovery codes, and the account that they are for. Paper and file name both. */
export interface RecoveryCodesPage {
  readonly form: Form;
  readonly codes: readonly string[];
  readonly owner: {
    readonly email: string;
    /** Milliseconds since the epoch. */
    readonly createdAt: number;
  };
}

/** The end of a sign-in with a recovery code: `continue`, `new-recovery-codes` or `set-up`. */
export interface RecoveryUsedPage {
  readonly form: Form;
  readonly clientName: string;
  /** The codes that still work. */
  readonly left: number;
  readonly areFew: boolean;
  readonly canRenew: boolean;
  /** Whether another second step can be set up. */
  readonly canSetUp: boolean;
}

/** One row of a chooser. */
export interface MethodChoice {
  readonly method: MethodName;
  readonly selected: boolean;
  /** The masked destination of its code. Null for a method that sends none. */
  readonly destination?: string | null;
}

/** A code that was sent, or can be sent. */
export interface SentCode {
  /** Masked, of a fixed length. */
  readonly destination: string;
  /** Null when no valid code is on its way. */
  readonly secondsLeft: number | null;
  /** The id of the sending, for the button that sends another code. */
  readonly seen: string | null;
}

/** A link that confirms an address can be mailed there, or has just been mailed. */
export interface AddressConfirmationView {
  readonly form: Form;
  /** Masked, of a fixed length. */
  readonly destination: string;
  readonly isSent: boolean;
}

/** The page of a link in a mail: a button first, then a confirmation. */
export interface MailedPage {
  readonly form: Form;
  readonly email: string;
  readonly isDone: boolean;
  /** Whether it reports the removal of a factor by an administrator. Absent: it does not. */
  readonly isOfRemoval?: boolean;
}

/** "Step 2 of 3" of a set-up. */
export interface StepView {
  readonly number: number;
  /** Null while it depends on the method that the person chooses. */
  readonly total: number | null;
}

/** The parts around a step of an enrolment. */
export interface EnrolmentPageParts {
  readonly form: Form;
  /** Absent or null for a set-up of one page. */
  readonly step?: StepView | null;
  /** The first page of an enrolment that the policy requires. */
  readonly forced: boolean;
  /** The application that requires it. Absent or null when the organisation requires it. */
  readonly demandedBy?: string | null;
  /** The link back to the choice of methods. Null when there is nothing to choose. */
  readonly chooseHref: string | null;
  readonly cancel: Form | null;
  /** In self-service the page has the account's navigation and a link back. */
  readonly backHref: string | null;
  /** The link that goes on without the factor. Absent or null where that is not possible. */
  readonly skipHref?: string | null;
}

/** The form for passkeys on the sign-in page. */
export interface PasskeyAtSignIn {
  /** The input of `navigator.credentials.get`. Its result, as JSON, is the `response` of the form. */
  readonly request: PasskeyRequest;
  /** False: passkeys are offered by autofill alone. */
  readonly hasButton: boolean;
  /** The passkey that was just refused because its account does not have it. The browser may forget it. */
  readonly unknownId: string | null;
}

/** A passkey is offered at the end of a sign-in: `set-up`, `later` or `never`. */
export interface OfferPage {
  readonly form: Form;
  /** A browser that can makes the passkey by itself: its result, as JSON, is the `response`. Absent or null: none does. */
  readonly creation?: PasskeyCreation | null;
  readonly clientName: string;
  readonly cancel: Form;
}

/** A step of an enrolment at which a code is sent and typed. */
export interface EnrolmentCodeParts extends EnrolmentPageParts {
  /** Masked. Null while no number was given. */
  readonly destination: string | null;
  readonly secondsLeft: number | null;
  /** Whether a code was requested. The page then has a field for it. */
  readonly isSent: boolean;
  readonly seen: string | null;
  /** The number typed before a refusal. */
  readonly phone: string;
  /** Whether no code is taken or sent any more, so that the page has no form. */
  readonly isStopped?: boolean;
  /** A new sign-in, for a page without a form. */
  readonly startAgainHref?: string | null;
  /** A pass from an administrator may stand in for the code. Absent or null: none may. `href`: the other form. */
  readonly pass?: { readonly isAsked: boolean; readonly href: string } | null;
}

export interface FactorView {
  readonly id: string;
  readonly method: MethodName;
  readonly label: string;
  readonly app: string | null;
  /** The masked destination of its codes. Null for a method that sends none. */
  readonly destination: string | null;
  readonly createdAt: number;
  /** The last use that is on record: its time, its IP address, and the name of its browser. Null when none is. */
  readonly lastUse: { readonly atMs: number; readonly ip: string; readonly browser: string | null } | null;
  readonly isDefault: boolean;
  /** Null when it may not be renamed now. */
  readonly rename: Form | null;
  /** Null when there is nothing to replace it with. */
  readonly replace: Form | null;
  readonly remove: Form;
  /** Null when there is nothing to choose. */
  readonly makeDefault: Form | null;
}

/** A factor that a new one replaces. */
export interface ReplacedView {
  /** Its own name. Null when it has none. */
  readonly name: string | null;
  readonly method: MethodName;
  /** The page of the account that leads away from the choice. */
  readonly backHref: string;
}

/** A trusted browser, and the application where it last skipped a second factor. */
export interface TrustedBrowserView {
  /** A name such as `Firefox, Linux`. Null when the browser sends no known name. */
  readonly name: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly lastUsedFor: string | null;
  readonly remove: Form;
}

export interface MessageView {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

/** A link to a sample message, named by its subject. */
export interface SampleLink {
  readonly words: string;
  readonly href: string;
}
