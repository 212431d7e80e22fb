/** What a host says to the plugin. What holds where it says nothing is in `option-defaults.ts`. */
import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import type { EmailSettings } from '../domain/methods/email.ts';
import type { MethodSettings } from '../domain/methods/index.ts';
import type { SmsSettings } from '../domain/methods/sms.ts';
import type { Tenant, TenantSecondFactor } from '../domain/tenant.ts';
import type { RenderSome, SecondFactorPage } from '../http/pages/page-contract.ts';
import type { ClientName, PageAddress } from '../http/second-factor/next-step.ts';
import type { ClientRule } from '../oidc/requested-assurance.ts';
import type { ReencryptableEnrolments } from '../ports/keys.ts';
import type { Log } from '../ports/log.ts';
import type { MessageSender, Messenger, Notify } from '../ports/senders.ts';
import type {
  AttemptStore,
  AuditStore,
  LockoutStore,
  OnceStore,
  SignInRecordStore,
  TransactionStore,
  TrustedBrowserStore,
} from '../ports/stores.ts';
import type { AuditLog, Cipher, Clock, Random } from '../ports/system.ts';
import type { SmsLimits } from '../use-cases/second-factor/send-limits.ts';

/** What must survive: losing it would let people in on a password alone. */
export interface DurableStores {
  readonly enrolments: ReencryptableEnrolments;
  readonly onceKeys: OnceStore;
  readonly lockouts: LockoutStore;
  readonly records: SignInRecordStore;
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly audit: Pick<AuditStore, 'append'>;
}

/** What may be lost at the price of signing in again. */
export interface ShortLivedStores {
  readonly transactions: TransactionStore;
  readonly attempts: AttemptStore;
}

/** Somebody of the host's, as far as the second factor needs to know them; whatever else is there is not looked at. */
export interface HostAccount {
  /** Not looked at: it is whoever was asked for. */
  readonly id?: unknown;
  /**
   * Mails go there; it stands in the authenticator app, so that people know which account a code is for. Default: the
   * id.
   */
  readonly email?: string | null;
  /**
   * The address is known to reach them: without that no codes for signing in go there. Somebody proves it by setting up
   * such codes, or by `setUpProof: 'email'`; `onContact` is told, and keeps it. Default: it is not.
   */
  readonly emailConfirmed?: boolean | null;
  /**
   * E.164. Codes by SMS go to the number that was proven at set-up, as long as it is this one: where it has become
   * another, that factor can't be used any more. Who gives numbers here keeps what `onContact` tells. Default: not known.
   */
  readonly phone?: string | null;
  /** Since when (milliseconds) their factors may not be changed. Default: they may. */
  readonly frozenAt?: number | null;
  /** Default: the address. */
  readonly name?: string | null;
  /** One of `tenants`; may be left out where there is only one. */
  readonly tenantId?: string | null;
  /** `admin` may always set up an authenticator app, whatever the tenant allows. Default: `member`. */
  readonly role?: Account['role'] | null;
  /** For `policy.groups`. Default: none. */
  readonly groups?: readonly string[] | null;
  /** The language that the person chose, if it is one of ours (`en`, `nl`). */
  readonly locale?: string | null;
}

/** An organisation among the host's users. What is left out is as in `policy`, `name` and the defaults there. */
export interface HostTenant extends Partial<Omit<Tenant, 'secondFactor' | 'brand' | 'support'>> {
  readonly brand?: Partial<Tenant['brand']>;
  readonly support?: Partial<Tenant['support']>;
  readonly secondFactor?: Partial<TenantSecondFactor>;
}

export interface SecondFactorOptions {
  /** Where it keeps what it keeps: of `doublelock/embedded`, `doublelock/mongo`, `doublelock/redis`, or your own. */
  readonly stores: { readonly durable: DurableStores; readonly shortLived: ShortLivedStores };
  /**
   * Keys under which secrets are sealed, each of 32 characters or more that nobody can guess. The first seals, the
   * others are still read. Without them every factor is lost. A factor that is used is sealed anew by the first.
   */
  readonly encryption: readonly { readonly id: string; readonly key: string }[];
  /**
   * What recovery codes and trusted browsers are found by is made with the last key of `encryption`: once that is taken
   * off the list, give its text here.
   */
  readonly digestKey?: string;
  /** In place of both, for who keeps keys in a way of their own. */
  readonly cipher?: Cipher;
  /**
   * Who has this id; null or undefined: nobody. Asked once or more in a request, and never remembered. Whom your
   * `findAccount` knows and this does not is asked to sign in again and again, and `log` is told.
   */
  readonly account: (id: string) => HostAccount | null | undefined | Promise<HostAccount | null | undefined>;
  /** What people call your service, in pages and in their authenticator app. Default: `Doublelock`. */
  readonly name?: string;
  /**
   * What is asked of everybody. Default: `enforcement: 'optional'` (who has set up a factor is asked for it; a first one
   * is set up where an application asks for more, by `acr_values` or `clientRule`), every method that
   * can be done, no days of grace, no trusted browsers (`trustedDevices`), and no code mailed before the first factor is
   * bound (`setUpProof: 'email'` asks for one: then a stolen password alone binds nothing).
   */
  readonly policy?: Partial<TenantSecondFactor>;
  /** Default: one tenant, to which everybody belongs. */
  readonly tenants?: readonly HostTenant[];
  /** Default: codes of 6 digits, 30 seconds each, one step of drift either way (RFC 6238, 5.2). */
  readonly totp?: Partial<MethodSettings['totp']>;
  /**
   * Sends mails and text messages: of `doublelock/delivery`, or your own. Without one codes by mail and by SMS are not
   * offered, and it is a fault to name them in `methods` or to ask for `setUpProof: 'email'`. Whatever it rejects with,
   * the message was not taken: people are told so, and `log` why.
   */
  readonly sender?: MessageSender;
  /** Finds the words as well. Default: our own, sent by `sender`. */
  readonly messenger?: Messenger;
  /** Codes by mail. Default: good for 90 seconds; null: none. */
  readonly email?: Partial<EmailSettings> | null;
  /**
   * Codes by SMS. Default: good for 90 seconds, to no number: `allowedPrefixes` says to which countries (null: to all;
   * none: the method is not offered);
   * 10 an hour to unproven numbers of one block of a thousand, 5 000 a day for a tenant, 20 000 in all. Null: none.
   */
  readonly sms?: Partial<SmsSettings & SmsLimits> | null;
  /** For how many days a browser is trusted, where the policy allows it. Default: 30. */
  readonly trustDays?: number;
  /** What the cookie of trusted browsers is called. Default: `second-factor-trusted`. */
  readonly trustedCookieName?: string;
  /**
   * Tells people what was done to their account. Default: where there is a `sender`, a mail, and for a factor that came
   * or went a text message to the number that was proven; nobody else is told.
   */
  readonly notify?: Notify;
  /** Where somebody can say "it was not me", at the issuer's own origin. Default: the mails have no such link. */
  readonly notMeUrl?: (account: Account) => string | null;
  /** Where an address can be confirmed without a code, at the issuer's own origin. Default: nowhere. */
  readonly confirmUrl?: (account: Account) => string | null;
  /**
   * Told when somebody has shown that an address or a number is theirs: from then on `account` gives it as `phone`, or
   * says `emailConfirmed`. A host that keeps no such thing says `email: null`, unless all its addresses are confirmed:
   * who sets up codes by mail could never sign in with them.
   */
  readonly onContact?: (
    accountId: string,
    contact: { readonly email: string } | { readonly phone: string | null },
  ) => unknown;
  /** What holds for an application: `{ always: true }` takes nobody without a second factor. Default: nothing. */
  readonly clientRule?: (clientId: string) => Partial<ClientRule>;
  /** Default: the client's `client_name`, or its id. */
  readonly clientName?: ClientName;
  /**
   * The path under which the provider is mounted, without a slash at its end. Default: that of the issuer. The pages
   * live at `/interaction/:uid/second-factor` under it, and their styles under `/second-factor`.
   */
  readonly basePath?: string;
  /** Where the error page leads who can't go on. Default: nowhere. */
  readonly homeUrl?: string | null;
  /**
   * Draws the pages in place of ours, each of `SecondFactorPage`: sets `ctx.body`. Status and cache rules are set
   * already; a form has to post to its `action`, with its `token` as `_token`, and must not be shown in a frame. Of
   * `Pages` each field of a form is named as in our own views (`code`, `phone`, `method`, `response` of a passkey as
   * JSON, `label` and `app` of a set-up, `trust_device` with the value `1`), each button too (`send`, `resend`, `saved`,
   * `later`), and `seen` goes back as it came. `cancel` is a form of its own.
   */
  readonly render?: RenderSome<SecondFactorPage>;
  /** Told of faults. Default: standard error. */
  readonly log?: Log;
  /** Default: lines go to `stores.durable.audit`. */
  readonly auditLog?: AuditLog;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the system's. */
  readonly random?: Random;
  /** The account, if `findAccount` has read it in this request: then it is not asked for again. */
  readonly accountOf?: (ctx: KoaContextWithOIDC) => Account | undefined;
  /**
   * For how long after a sign-in anything issued from it may live, in milliseconds: its session and its refresh tokens
   * are judged by what was proven then. Default: 380 days, as long as oidc-provider lets refresh tokens rotate.
   */
  readonly issuedLifetimeMs?: number;
  /** Where an interaction of the second factor begins. Default: its own pages. */
  readonly interactionUrl?: PageAddress;
  /** Where the password is asked again, for a host whose login page shares its interaction with the second factor. */
  readonly passwordUrl?: PageAddress;
  /** Called when a sign-in is complete, before the answer leaves. */
  readonly onSignedIn?: (ctx: Context, account: Account) => void;
}
