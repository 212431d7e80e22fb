/** The second factor of an oidc-provider, as one value: what its configuration gets, and the pages beside it. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import type { Enrolment } from '../domain/enrolment/enrolment.ts';
import type { Catalogue } from '../domain/methods/contract.ts';
import { availableOf, createMethods, type MethodSettings } from '../domain/methods/index.ts';
import type { MethodName } from '../domain/methods/method.ts';
import type { PasskeySite } from '../domain/methods/webauthn.ts';
import type { AccountSnapshot, PolicyResult } from '../domain/policy/policy.ts';
import type { SignInTransaction } from '../domain/sign-in/transaction.ts';
import type { Tenant } from '../domain/tenant.ts';
import { createFormTokens } from '../http/guards/forms.ts';
import { createSignInBinding } from '../http/guards/sign-in-binding.ts';
import type { TrustedBrowserCookie } from '../http/guards/trusted-browser-cookie.ts';
import type { RenderSome, SecondFactorPage } from '../http/pages/page-contract.ts';
import { createNextStep, type PageAddress } from '../http/second-factor/next-step.ts';
import type { ClientName } from '../http/second-factor/open-interaction.ts';
import { createSecondFactorRoutes } from '../http/second-factor/routes.ts';
import { createSessionPolicy, type SessionPolicy } from '../oidc/prompt.ts';
import type { ClientRule } from '../oidc/requested-assurance.ts';
import { createResumeBinding } from '../oidc/resume-cookie.ts';
import { createProviderSession, type InteractionView } from '../oidc/sessions.ts';
import type { Log } from '../ports/log.ts';
import type { Messenger, Notify } from '../ports/senders.ts';
import type {
  AccountStore,
  AttemptStore,
  EnrolmentStore,
  LockoutStore,
  OnceStore,
  SignInRecordStore,
  TransactionStore,
  TrustedBrowserStore,
} from '../ports/stores.ts';
import type { AuditLog, Cipher, Clock, PasskeyVerifier, Random } from '../ports/system.ts';
import { createEnrol } from '../use-cases/enrolment/binding.ts';
import { createEnrolment, type EnrolmentUseCase } from '../use-cases/enrolment/enrolment.ts';
import { createRecovery, type Recovery } from '../use-cases/enrolment/recovery-codes.ts';
import { createAddressConfirmation } from '../use-cases/second-factor/address-confirmation.ts';
import { createAttemptLimiter } from '../use-cases/second-factor/attempt-limiter.ts';
import { createAnswers } from '../use-cases/second-factor/check-answer.ts';
import {
  createExistingSessionEvaluation,
  createPartialSnapshotLoader,
  createPolicyEvaluation,
  type EvaluatePolicy,
} from '../use-cases/second-factor/evaluate-policy.ts';
import { createPasskeys, type Passkeys } from '../use-cases/second-factor/passkeys.ts';
import { createSendLimits, type SmsLimits } from '../use-cases/second-factor/send-limits.ts';
import { createSentCodes } from '../use-cases/second-factor/sent-codes.ts';
import { createTrustedBrowsers, type TrustedBrowsers } from '../use-cases/second-factor/trusted-browsers.ts';
import { createSecondFactor } from '../use-cases/second-factor/verify.ts';
import { createSignInRecords } from '../use-cases/sign-in/sign-in-records.ts';
import { createSignInTransactions } from '../use-cases/sign-in/transactions.ts';
import { createConfigure } from './configure.ts';

export interface SecondFactorDeps {
  readonly stores: {
    readonly accounts: Pick<AccountStore, 'findById' | 'confirmEmail' | 'setPhone'>;
    readonly enrolments: EnrolmentStore;
    readonly onceKeys: OnceStore;
    readonly lockouts: LockoutStore;
    readonly records: SignInRecordStore;
    readonly transactions: TransactionStore;
    readonly attempts: AttemptStore;
    readonly trustedBrowsers: TrustedBrowserStore;
  };
  readonly tenants: readonly Tenant[];
  readonly methods: MethodSettings;
  /** Default: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
  readonly passkeyVerifier: PasskeyVerifier;
  /** Null: no browser would make passkeys here, or it is not known yet where that is. */
  readonly passkeySite: () => PasskeySite | null;
  readonly messenger: Messenger;
  readonly notify: Notify;
  readonly smsLimits: SmsLimits;
  /** Where an address can be confirmed without a code; null: nowhere. */
  readonly confirmUrl: (account: Account) => string | null;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly random: Random;
  readonly auditLog: AuditLog;
  readonly log: Log;
  readonly clientRule: (clientId: string) => ClientRule;
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  readonly trustedCookie: TrustedBrowserCookie;
  /** For how many days a browser is trusted. */
  readonly trustDays: number;
  readonly issuedLifetimeMs: number;
  /** Where the provider and these pages are mounted: a path without a slash at its end. */
  readonly basePath: (issuer: string) => string;
  readonly interactionUrl?: PageAddress | undefined;
  readonly passwordUrl?: PageAddress | undefined;
  readonly onSignedIn?: ((ctx: Context, account: Account) => void) | undefined;
}

/** What its pages need beside that. */
export interface PageDeps {
  readonly render: RenderSome<SecondFactorPage>;
  readonly clientName: ClientName;
  readonly home: string | null;
}

/**
 * Takes a sign-in further whose password was accepted a moment ago, in the interaction that it was given in. `facts`:
 * what was read of the account in this request, so that it is not read twice.
 */
export type Onward = (
  ctx: Context,
  view: InteractionView,
  transaction: SignInTransaction,
  snapshot?: AccountSnapshot | null,
) => Promise<void>;

export interface SecondFactorArea {
  configure(host: Configuration): Configuration;
  /** The pages, under the interactions of this provider. */
  routes(provider: Provider, pages: PageDeps): Router;
  onward(provider: Provider, pages: Pick<PageDeps, 'clientName'>): Onward;
  readonly readAhead: SessionPolicy['readAhead'];
  readonly evaluatePolicy: EvaluatePolicy;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly trustedBrowsers: TrustedBrowsers;
  /** Where codes of a factor go, as it is shown; null where none are sent. */
  readonly maskedDestination: (policyResult: PolicyResult, enrolment: Enrolment) => string | null;
  /** The methods that can be done here. */
  available(): readonly MethodName[];
}

/** Everything at and below such an address belongs to these pages. */
function pagesUnder(base: string): PageAddress {
  return (uid) => `${base}/interaction/${uid}/second-factor`;
}

export function createSecondFactorArea(needs: SecondFactorDeps): SecondFactorArea {
  const { stores, cipher } = needs;
  const methods = createMethods(needs.methods, needs.catalogue);
  const available = () => availableOf(methods, needs.passkeySite());
  const shared = { ...needs, ...stores, methods };
  const recovery = createRecovery(shared);
  const enrol = createEnrol({ ...shared, keepCodes: recovery.keepMade });
  const attemptLimiter = createAttemptLimiter(shared);
  const passkeys = createPasskeys({ ...shared, method: methods.browser, enrol, attemptLimiter });
  const answers = createAnswers({ ...shared, verifyInBrowser: passkeys.verifyInBrowser });
  const { check, noteUse, destinationOf, isReachable, isReadable } = answers;
  const judging = { ...shared, available, isReachable };
  const evaluatePolicy = createPolicyEvaluation(judging);
  const trustedBrowsers = createTrustedBrowsers(shared);
  const countSend = createSendLimits(shared);
  const sendCode = createSentCodes({ ...shared, countSend });
  const enrolment = createEnrolment({ ...shared, enrol, attemptLimiter, sendCode });
  const secondFactor = createSecondFactor({
    ...shared,
    evaluatePolicy,
    check,
    noteUse,
    destinationOf,
    attemptLimiter,
    sendCode,
    askPasskey: passkeys.ask,
    onRecovery: recovery.used,
  });
  const { evaluate } = secondFactor;
  const confirmation = createAddressConfirmation({ ...shared, evaluate, countSend });
  const signInTransactions = createSignInTransactions(shared);
  const signInRecords = createSignInRecords(shared);
  const sessionPolicy = createSessionPolicy({
    ...shared,
    signInRecords,
    evaluatePolicy: createExistingSessionEvaluation(judging),
    loadSnapshot: createPartialSnapshotLoader(shared),
  });
  const resumeBinding = createResumeBinding({ cipher });
  const signInBinding = createSignInBinding({ cipher });
  const pagesOf = (issuer: string) => pagesUnder(needs.basePath(issuer));

  const configure = createConfigure({
    sessionPolicy,
    resumeBinding,
    isSomebody: async (id) => (await stores.accounts.findById(id)) !== null,
    interactionUrl: (issuer, uid) => (needs.interactionUrl ?? pagesOf(issuer))(uid),
  });

  function partsOf(provider: Provider, { clientName }: Pick<PageDeps, 'clientName'>) {
    const session = createProviderSession(provider);
    const pages = pagesOf(provider.issuer);
    const parts = {
      ...shared,
      trustedBrowsers,
      session,
      pages,
      clientName,
      secondFactor,
      enrolment,
      recovery,
      passkeys,
      confirmation,
      isReadable,
      signInTransactions,
      resumeBinding,
      signInBinding,
    };
    return { ...parts, nextStep: createNextStep(parts) };
  }

  function routes(provider: Provider, { render, clientName, home }: PageDeps): Router {
    const forms = createFormTokens(cipher);
    return createSecondFactorRoutes({ ...partsOf(provider, { clientName }), forms, render, home });
  }

  function onward(provider: Provider, pages: Pick<PageDeps, 'clientName'>): Onward {
    return partsOf(provider, pages).nextStep.proceedFromPassword;
  }

  const maskedDestination: SecondFactorArea['maskedDestination'] = (policyResult, enrolment) => {
    const destination = destinationOf(policyResult, enrolment);
    return destination && (methods.sent(enrolment.method)?.masked(destination) ?? null);
  };

  return {
    configure,
    routes,
    onward,
    maskedDestination,
    readAhead: sessionPolicy.readAhead,
    evaluatePolicy,
    enrolment,
    recovery,
    passkeys,
    trustedBrowsers,
    available,
  };
}
