/** The model of each page: values to show, never a stored record. The key is the page's `data-page`. */
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import type { ConsolePage } from '../../domain/administration/may-act.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PasskeyRequest } from '../../domain/methods/webauthn.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Enforcement } from '../../domain/tenant.ts';
import type { AccountPages } from './models/account-pages.ts';
import type { ConsolePages } from './models/console-pages.ts';
import type { DevicePages } from './models/device-pages.ts';
import type { HelpPages } from './models/help-pages.ts';
import type { ProtocolPages } from './models/protocol-pages.ts';
import type { ResetPages } from './models/reset-pages.ts';
import type { SecurityPages } from './models/security-pages.ts';
import type { SetUpPages } from './models/set-up-pages.ts';
import type { SignInPages } from './models/sign-in-pages.ts';
import type {
  AddressConfirmationView,
  ErrorTitle,
  Form,
  LostPhoneWays,
  MailedPage,
  MessageView,
  MethodChoice,
  OfferPage,
  PageLink,
  RecoveryUsedPage,
  SampleLink,
  SentCode,
} from './page-parts.ts';

export interface Pages
  extends AccountPages,
    ConsolePages,
    DevicePages,
    HelpPages,
    ProtocolPages,
    ResetPages,
    SecurityPages,
    SetUpPages,
    SignInPages {
  'choose-method': {
    readonly form: Form;
    readonly methods: readonly MethodChoice[];
    readonly clientName: string;
    readonly cancel: Form;
    readonly lost?: LostPhoneWays;
  };
  'enter-code': {
    readonly form: Form;
    readonly method: MethodName;
    /** Null when the code is not made of digits. */
    readonly digits: number | null;
    /** The code that was sent. Null for a method that sends none. */
    readonly sent: SentCode | null;
    /** Days for which this browser may skip the second step. Null when it may not. */
    readonly trustDays: number | null;
    /** Whether the checkbox for trust was ticked in a form that is shown again. */
    readonly isTrustTicked: boolean;
    /** Whether a script may say in `can_use_passkeys` that this browser makes passkeys. */
    readonly asksForPasskeys: boolean;
    /** The page on which another method can be chosen. Null when there is none. */
    readonly chooseHref: string | null;
    readonly clientName: string;
    readonly cancel: Form;
    readonly lost?: LostPhoneWays;
  };
  'use-passkey': {
    readonly form: Form;
    /** The input of `navigator.credentials.get`. Its result, as JSON, is the form's `response`. */
    readonly request: PasskeyRequest;
    readonly chooseHref: string | null;
    readonly clientName: string;
    readonly cancel: Form;
    readonly lost?: LostPhoneWays;
  };
  'offer-passkey': OfferPage;
  'recovery-used': RecoveryUsedPage;
  consent: {
    readonly form: Form;
    readonly clientName: string;
    readonly clientUri: string | null;
    readonly policyUri: string | null;
    readonly tosUri: string | null;
    /** The scopes beyond `openid` that the page has words for. */
    readonly scopes: readonly string[];
    /** The APIs that the client wants to use, by their identifiers, with the scopes of each. */
    readonly apis: readonly { readonly identifier: string; readonly scopes: readonly string[] }[];
    readonly email: string;
  };
  error: {
    /** Null when the refusal, or the page's title, is enough. */
    readonly title: ErrorTitle;
    /** The code and description of a protocol error (RFC 6749, 5.2). Null for any other error. */
    readonly protocol: { readonly error: string; readonly description: string } | null;
    /** Links to another method of this sign-in, to the application, to the account, or to the home page. */
    readonly links: readonly PageLink[];
    readonly cancel: Form | null;
    /** The support reference: it stands in the log and in the audit trail. Empty: there is none. */
    readonly reference: string;
    /** A button that mails a confirmation link. Present when an unconfirmed address is the only obstacle. */
    readonly confirm?: AddressConfirmationView | null;
    /** Whether the page offers help for a lost phone. */
    readonly isAtSecondFactor?: boolean;
  };
  /** "Do you want to sign out?" of RP-initiated logout. The form posts to the provider itself. */
  'confirm-email': MailedPage;
  'not-me': MailedPage;
  demo: {
    readonly parties: readonly { readonly id: string; readonly name: string; readonly startHref: string }[];
    /** Filled only with the built-in demo file. */
    readonly accounts: readonly {
      /** Begins a sign-in with this account. Null: no application of the demo can. */
      readonly startHref: string | null;
      readonly email: string;
      readonly password: string;
      readonly tenant: string;
      readonly enforcement: Enforcement;
      readonly isAdministrator: boolean;
      /** The methods that are already enrolled. */
      readonly methods: readonly MethodName[];
    }[];
  };
  'demo-signed-in': {
    readonly name: string;
    readonly claims: readonly { readonly name: string; readonly value: string }[];
    readonly stepUpHref: string;
    readonly refreshForm: Form;
    /** Null: the demo has no API. */
    readonly apiForm: Form | null;
    readonly signOutHref: string;
    readonly otherHref: string;
    readonly otherName: string;
    readonly homeHref: string;
  };
  'demo-api': {
    readonly url: string;
    readonly status: number;
    /** Null: the API has accepted the token. */
    readonly error: string | null;
    readonly challenge: string | null;
    readonly body: string;
    /** Asks the provider for what the API has asked for. Null: it has asked for nothing. */
    readonly stepUpHref: string | null;
    readonly againForm: Form;
    readonly backHref: string;
  };
  'demo-error': { readonly error: string; readonly description: string; readonly homeHref: string };
  outbox: {
    readonly messages: readonly (MessageView & { readonly href: string })[];
    /** The page that lists every sample message. */
    readonly samplesHref: string;
  };
  'outbox-message': MessageView & {
    /** The URL of its HTML part. Null when it has none. */
    readonly frameHref: string | null;
    /** The language of the message. Null when it is not known. */
    readonly language: Locale | null;
    readonly backHref: string;
    /** Whether it is a sample, which was never sent. */
    readonly isSample: boolean;
  };
  'mail-samples': {
    readonly tenants: readonly {
      readonly name: string;
      readonly href: string;
      readonly isCurrent: boolean;
    }[];
    readonly languages: readonly {
      readonly locale: Locale;
      readonly mails: readonly SampleLink[];
      readonly texts: readonly SampleLink[];
    }[];
  };
}

export type PageName = keyof Pages;

/** The person and the application that a page is shown for. */
export interface PageContext {
  readonly status?: number;
  readonly refusal?: Refusal | null;
  /** Sets the brand, and the message and support contact of a forced enrolment and of errors. */
  readonly tenantId?: string | null;
  /** The relying party's `ui_locales`, if the request has any. */
  readonly uiLocales?: string | undefined;
  /** The account's own choice of language. */
  readonly locale?: Locale | null;
  /** The signed-in person's e-mail address, for the pages under /account. */
  readonly signedInAs?: string;
  /** Whether the signed-in person opens the console. */
  readonly opensConsole?: boolean;
  /** The navigation of the console: the pages that the role opens, and the one that is shown. */
  readonly console?: { readonly page: ConsolePage; readonly pages: readonly ConsolePage[] };
  /** The end of the grace of that person, in milliseconds since the epoch. Absent or null: there is none. */
  readonly graceUntil?: number | null;
  /** Whether that grace is for a better factor than the person has. */
  readonly graceIsStronger?: boolean;
  /** The page on which the person can ask for a reset of a lost second factor. */
  readonly resetHref?: string | null;
}

/** Writes a page into the response: status, type, cache rules, body. */
export type Render = <P extends PageName>(
  ctx: Context,
  page: P,
  model: Pages[P],
  pageContext?: PageContext,
) => void;

/**
 * The pages that a host of the plugin may render itself. A host with its own login page never shows `offer-passkey` and
 * `recovery-used`.
 */
export type SecondFactorPage =
  | 'choose-method'
  | 'enter-code'
  | 'use-passkey'
  | 'offer-passkey'
  | 'recovery-used'
  | 'set-up-choose'
  | EnrolmentPage
  | 'error';

/** The steps of an enrolment. */
export type EnrolmentPage =
  | 'set-up-proof'
  | 'set-up-totp'
  | 'set-up-email'
  | 'set-up-sms'
  | 'set-up-passkey'
  | 'recovery-codes';

/** As `Render`, for some of the pages. It is asynchronous, since a host's own templates may need time. */
export type RenderSome<Some extends PageName> = <P extends Some>(
  ctx: Context,
  page: P,
  model: Pages[P],
  pageContext?: PageContext,
) => void | Promise<void>;
