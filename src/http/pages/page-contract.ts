/** The model of each page, made for showing and never a record. The key is the page's `data-page`. */
import type { Context } from 'koa';
import type { Locale } from '../../domain/account.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PasskeyCreation, PasskeyRequest } from '../../domain/methods/webauthn.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Enforcement } from '../../domain/tenant.ts';
import type {
  AddressConfirmationView,
  EnrolmentCodeParts,
  EnrolmentPageParts,
  FactorView,
  Form,
  MailedPage,
  MessageView,
  MethodChoice,
  SampleLink,
  SentCode,
  TrustedBrowserView,
} from './page-parts.ts';

export interface Pages {
  'sign-in': {
    readonly form: Form;
    readonly email: string;
    readonly clientName: string;
    /** Ends the interaction with `access_denied`. */
    readonly cancel: Form;
  };
  'choose-method': {
    readonly form: Form;
    readonly methods: readonly MethodChoice[];
    readonly clientName: string;
    readonly cancel: Form;
  };
  'enter-code': {
    readonly form: Form;
    readonly method: MethodName;
    /** Null: the code is not made of digits. */
    readonly digits: number | null;
    /** The code that was sent; null for a method that sends none. */
    readonly sent: SentCode | null;
    /** This browser may be spared the second step for so many days; null: it may not. */
    readonly trustDays: number | null;
    /** Whether that box was ticked already, in a form that comes back. */
    readonly isTrustTicked: boolean;
    /** The page on which another method can be chosen; null when there is none. */
    readonly chooseHref: string | null;
    readonly clientName: string;
    readonly cancel: Form;
  };
  'use-passkey': {
    readonly form: Form;
    /** For `navigator.credentials.get`; its answer, as JSON, is the form's `response`. */
    readonly request: PasskeyRequest;
    readonly chooseHref: string | null;
    readonly clientName: string;
    readonly cancel: Form;
  };
  'set-up-choose': {
    readonly form: Form;
    readonly methods: readonly MethodChoice[];
    /** Until when (milliseconds) the enrolment can be postponed; null: it cannot. */
    readonly laterUntil: number | null;
    /** The enrolment was not asked for by the person: show who demands it and why. */
    readonly forced: boolean;
    /** The application that demands it; else it is the organisation. */
    readonly demandedBy?: string | null;
    readonly cancel: Form | null;
  };
  'set-up-totp': EnrolmentPageParts & {
    /** In groups of four, separated by spaces. */
    readonly secret: string;
    /** The `otpauth:` URI, a link for a phone that opens this page itself; null where no app reads the secret. */
    readonly uri: string | null;
    /** The same as a QR code, in a `data:image/svg+xml` address. */
    readonly qr: string | null;
    /** Null: the code is not made of digits. */
    readonly digits: number | null;
    /** Null: the code does not change with time. */
    readonly periodSeconds: number | null;
    /** As typed before a refusal. */
    readonly label: string;
    readonly app: string;
    readonly apps: readonly string[];
  };
  'set-up-passkey': EnrolmentPageParts & {
    /** For `navigator.credentials.create`; its answer, as JSON, is the form's `response`. */
    readonly creation: PasskeyCreation;
    /** As typed before a refusal. */
    readonly label: string;
  };
  'set-up-proof': EnrolmentCodeParts;
  'set-up-email': EnrolmentCodeParts;
  'set-up-sms': EnrolmentCodeParts;
  'recovery-codes': { readonly form: Form; readonly codes: readonly string[] };
  consent: {
    readonly form: Form;
    readonly clientName: string;
    readonly clientUri: string | null;
    readonly policyUri: string | null;
    readonly tosUri: string | null;
    /** Scopes beyond `openid`, of which the page knows the words. */
    readonly scopes: readonly string[];
    readonly email: string;
  };
  error: {
    /** Null: the refusal or the title says it all. */
    readonly title:
      | 'not-found'
      | 'link-gone'
      | 'report-gone'
      | 'expired'
      | 'locked'
      | 'stopped'
      | 'cancelled'
      | 'refused'
      | 'unusable'
      | 'unavailable'
      | 'bad-request'
      | 'failed'
      | 'protocol';
    /** A protocol error's code and description (RFC 6749, 5.2), when it is one. */
    readonly protocol: { readonly error: string; readonly description: string } | null;
    /** Where to go on: another method of this sign-in, the relying party, or home. */
    readonly links: readonly {
      readonly href: string;
      readonly text: 'another-way' | 'home' | 'start-again' | 'try-again';
    }[];
    readonly cancel: Form | null;
    readonly requestId: string;
    /** Where an address that is not confirmed is all that is missing: a button that mails a link for it. */
    readonly confirm?: AddressConfirmationView | null;
    /** Who can't go on here may have lost the phone. */
    readonly isAtSecondFactor?: boolean;
  };
  /** "Do you want to sign out?" of RP-initiated logout; posts to the provider itself. */
  'sign-out': { readonly action: string; readonly xsrf: string; readonly clientName: string | null };
  'signed-out': { readonly clientName: string | null };
  /** Submits itself (with a button for who has no JavaScript): leaving one account for another. */
  'switch-account': { readonly action: string; readonly xsrf: string };
  'confirm-email': MailedPage;
  'not-me': MailedPage;
  account: { readonly name: string; readonly email: string; readonly tenantName: string };
  security: {
    readonly factors: readonly FactorView[];
    /** Recovery codes, and the form that makes new ones; null where there is nothing to recover from. */
    readonly recovery: {
      readonly left: number;
      readonly areFew: boolean;
      readonly renew: Form | null;
    } | null;
    readonly browsers: readonly TrustedBrowserView[];
    /** "Ask me each time"; null where there is no default to give up. */
    readonly noDefault: Form | null;
    /** Since when factors can't be changed; null: they can. */
    readonly frozenAt: number | null;
    /** The methods that can be set up here. */
    readonly offered: readonly MethodName[];
    readonly enrolmentForm: Form;
    /** Removes every factor: "turn off", at the bottom of the page. */
    readonly turnOff: Form;
    readonly enforcement: Enforcement;
    /** The last factor may go. */
    readonly canTurnOff: boolean;
    /** Said once after something was done. */
    readonly done: 'set-up' | 'codes' | 'removed' | 'turned-off' | 'default' | 'revoked' | null;
  };
  demo: {
    readonly parties: readonly { readonly id: string; readonly name: string; readonly startHref: string }[];
    /** Only with the built-in demo file. */
    readonly accounts: readonly {
      readonly email: string;
      readonly password: string;
      readonly tenant: string;
      readonly enforcement: Enforcement;
      readonly isAdministrator: boolean;
      /** Set up already. */
      readonly methods: readonly MethodName[];
    }[];
  };
  'demo-signed-in': {
    readonly name: string;
    readonly claims: readonly { readonly name: string; readonly value: string }[];
    readonly stepUpHref: string;
    readonly refreshForm: Form;
    readonly signOutHref: string;
    readonly otherHref: string;
    readonly otherName: string;
    readonly homeHref: string;
  };
  'demo-error': { readonly error: string; readonly description: string; readonly homeHref: string };
  outbox: {
    readonly messages: readonly (MessageView & { readonly href: string })[];
    /** Where every letter can be looked at. */
    readonly samplesHref: string;
  };
  'outbox-message': MessageView & {
    /** Where its HTML part is served; null: it has none. */
    readonly frameHref: string | null;
    /** What it is written in, where that is known. */
    readonly language: Locale | null;
    readonly backHref: string;
    /** It was never sent, but is there to be looked at. */
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
  /** Brands the page, and gives the message and the support contact of a forced set-up and of errors. */
  readonly tenantId?: string | null;
  /** The relying party's `ui_locales`, if it asked. */
  readonly uiLocales?: string | undefined;
  /** The account's own choice of language. */
  readonly locale?: Locale | null;
  /** The signed-in person's address, for the pages under /account. */
  readonly signedInAs?: string;
}

/** Puts a page into the response: status, type, cache rules, body. */
export type Render = <P extends PageName>(
  ctx: Context,
  page: P,
  model: Pages[P],
  pageContext?: PageContext,
) => void;

/** The pages that a host of the plugin may draw itself. */
export type SecondFactorPage =
  | 'choose-method'
  | 'enter-code'
  | 'use-passkey'
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

/** As `Render`, for some of the pages, and with the time that somebody else's templates may take. */
export type RenderSome<Some extends PageName> = <P extends Some>(
  ctx: Context,
  page: P,
  model: Pages[P],
  pageContext?: PageContext,
) => void | Promise<void>;
