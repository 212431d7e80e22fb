/** What the package gives to somebody else's oidc-provider. */
export type { Account, Locale, Role } from './domain/account.ts';
export type { Acr } from './domain/acr.ts';
export type { Answer, Asked } from './domain/answer.ts';
export type { PasskeyUse, Proof } from './domain/assurance.ts';
export type { AuditEntry, AuditEvent, AuditEventName } from './domain/audit-event.ts';
export type { Challenge, Purpose } from './domain/challenge.ts';
export type { Enrolment, Factor } from './domain/enrolment.ts';
export type { MethodName } from './domain/method.ts';
export type { EmailSettings } from './domain/methods/email.ts';
export type { PasskeyCreation, PasskeyRequest } from './domain/methods/passkey.ts';
export type { SmsSettings } from './domain/methods/sms.ts';
export type { TotpSettings } from './domain/methods/totp.ts';
export type { NewPasskey, PasskeyCredential, PasskeySite, UsedPasskey } from './domain/passkey.ts';
export type { Decision, Demand, Facts, Judge, Judgement, Question } from './domain/policy.ts';
export type { PendingSetUp, Progress } from './domain/progress.ts';
export type { Outcome, Refusal } from './domain/refusal.ts';
export type { AskPasskey } from './domain/sending.ts';
export type { KeepCodes, Visitor } from './domain/set-up.ts';
export type { SignInRecord } from './domain/sign-in-record.ts';
export type { Enforcement, Tenant, TenantSecondFactor } from './domain/tenant.ts';
export type { TrustedBrowser } from './domain/trusted-browser.ts';
export type { Mounted } from './http/mount.ts';
export type * from './http/page-parts.ts';
export type * from './http/pages.ts';
export type { InteractionView } from './http/provider-session.ts';
export type { ClientName, PageAddress } from './http/second-factor/advance.ts';
export type { ClientRule } from './http/second-factor/demand.ts';
export type { Onward } from './http/second-factor/index.ts';
export type {
  DurableStores,
  HostAccount,
  HostTenant,
  SecondFactorOptions,
  ShortLivedStores,
} from './http/second-factor/options.ts';
export type { IssuedToken } from './http/second-factor/prompt.ts';
export { type SecondFactor, secondFactor } from './plugin.ts';
export type * from './ports/keys.ts';
export type * from './ports/log.ts';
export type * from './ports/senders.ts';
export type * from './ports/stores.ts';
export { StoreUnavailable } from './ports/stores.ts';
export type * from './ports/system.ts';
export type {
  Confirmation,
  EnrolmentUseCase,
  SentStep,
  SetUpCodeView,
  SetUpSecret,
} from './use-cases/enrolment.ts';
export type { Factors } from './use-cases/factors.ts';
export type { PasskeyGiven, Passkeys } from './use-cases/passkeys.ts';
export type { SmsLimits } from './use-cases/send-limits.ts';
export type { Browser, Place } from './use-cases/trusted-browsers.ts';
