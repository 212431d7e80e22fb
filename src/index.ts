/** `doublelock`: the plugin that adds a second factor to an oidc-provider, and the types of its options. */
export type { Account, Locale, Role } from './domain/account.ts';
export type { Enrolment, FactorSummary } from './domain/enrolment/enrolment.ts';
export type { AuditEntry, AuditEvent, AuditEventName } from './domain/events.ts';
export type { EmailSettings } from './domain/methods/email.ts';
export type { MethodName } from './domain/methods/method.ts';
export type { SmsSettings } from './domain/methods/sms.ts';
export type { TotpSettings } from './domain/methods/totp.ts';
export type {
  NewPasskey,
  PasskeyCreation,
  PasskeyCredential,
  PasskeyRequest,
  PasskeySite,
  PasskeyUse,
  UsedPasskey,
} from './domain/methods/webauthn.ts';
export type { Notice, NoticeContact } from './domain/notice.ts';
export type { Acr } from './domain/policy/acr.ts';
export type { AuthenticationEvent } from './domain/policy/assurance.ts';
export type { Outcome, Refusal } from './domain/refusal.ts';
export type { Challenge, Purpose } from './domain/sign-in/challenge.ts';
export type { SignInRecord } from './domain/sign-in/sign-in-record.ts';
export type { PendingEnrolment, SignInTransaction } from './domain/sign-in/transaction.ts';
export type { TrustedBrowser } from './domain/sign-in/trusted-browser.ts';
export type { Enforcement, GroupRule, Minimum, Tenant, TenantSecondFactor } from './domain/tenant.ts';
export type * from './http/pages/page-contract.ts';
export type * from './http/pages/page-parts.ts';
export type { PageAddress } from './http/second-factor/next-step.ts';
export type { ClientName } from './http/second-factor/open-interaction.ts';
export type { Mounted } from './http/server/mount.ts';
export type { ClientRule } from './oidc/requests/requested-assurance.ts';
export type {
  DurableStores,
  HostTenant,
  PolicyOptions,
  SecondFactorOptions,
  ShortLivedStores,
} from './plugin/options/published.ts';
export type { HostAccount } from './plugin/options/published-account.ts';
export type { HostPasskeySignIn } from './plugin/passkey-sign-in.ts';
export { type SecondFactor, secondFactor } from './plugin/second-factor.ts';
export { StoreUnavailable } from './ports/faults.ts';
export type * from './ports/keys.ts';
export type * from './ports/log.ts';
export type * from './ports/senders.ts';
export type * from './ports/stores.ts';
export type * from './ports/system.ts';
export type { Factors } from './use-cases/administration/factors.ts';
export type { SmsLimits } from './use-cases/second-factor/send-limits.ts';
