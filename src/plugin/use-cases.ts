/** Composes the use cases of the second factor. The plugin, the server and the tests of use cases start from here. */
import type { Account } from '../domain/account.ts';
import type { Enrolment } from '../domain/enrolment/enrolment.ts';
import type { Catalogue } from '../domain/methods/contract.ts';
import { availableOf, createMethods, type MethodSettings } from '../domain/methods/index.ts';
import type { PasskeySite } from '../domain/methods/webauthn.ts';
import type { PolicyResult } from '../domain/policy/policy.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { EventLog } from '../ports/events.ts';
import type { Messenger } from '../ports/senders.ts';
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
import type { Cipher, Clock, PasskeyVerifier, Random } from '../ports/system.ts';
import { createAfterRecovery } from '../use-cases/enrolment/after-recovery.ts';
import { createEnrol } from '../use-cases/enrolment/binding.ts';
import { createEnrolment } from '../use-cases/enrolment/enrolment.ts';
import { createRecovery } from '../use-cases/enrolment/recovery-codes.ts';
import { createReplaceFactor } from '../use-cases/enrolment/replacement.ts';
import { createTemporaryPasses } from '../use-cases/enrolment/temporary-passes.ts';
import { createAddressConfirmation } from '../use-cases/second-factor/address-confirmation.ts';
import { createAttemptLimiter } from '../use-cases/second-factor/attempt-limiter.ts';
import { createAnswers } from '../use-cases/second-factor/check-answer.ts';
import {
  createExistingSessionEvaluation,
  createPartialSnapshotLoader,
  createPolicyEvaluation,
  createPolicyPreview,
  createSnapshotLoader,
} from '../use-cases/second-factor/evaluate-policy.ts';
import { createPasskeyOffers } from '../use-cases/second-factor/passkey-offers.ts';
import { createPasskeyOwners } from '../use-cases/second-factor/passkey-owners.ts';
import { createPasskeys } from '../use-cases/second-factor/passkeys.ts';
import { createSendLimits, type SmsLimits } from '../use-cases/second-factor/send-limits.ts';
import { createSentCodes } from '../use-cases/second-factor/sent-codes.ts';
import { createTrustedBrowsers } from '../use-cases/second-factor/trusted-browsers.ts';
import { createUndeliveredCodes } from '../use-cases/second-factor/undelivered-codes.ts';
import { createUsableMethods } from '../use-cases/second-factor/usable-methods.ts';
import { createSecondFactor } from '../use-cases/second-factor/verify.ts';
import { createFindSufficientSession } from '../use-cases/sign-in/live-session.ts';
import { createPasskeySignIn } from '../use-cases/sign-in/passkey.ts';
import { createSignInTransactions } from '../use-cases/sign-in/transactions.ts';

export interface SecondFactorStores {
  readonly accounts: Pick<AccountStore, 'findById' | 'confirmEmail' | 'setPhone'>;
  readonly enrolments: EnrolmentStore;
  readonly onceKeys: OnceStore;
  readonly lockouts: LockoutStore;
  readonly records: SignInRecordStore;
  readonly transactions: TransactionStore;
  readonly attempts: AttemptStore;
  readonly trustedBrowsers: TrustedBrowserStore;
}

/** Everything that the use cases need from outside. */
export interface SecondFactorPorts {
  readonly stores: SecondFactorStores;
  readonly messenger: Messenger;
  readonly events: EventLog;
  readonly passkeyVerifier: PasskeyVerifier;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SecondFactorSettings {
  readonly tenants: readonly Tenant[];
  /** Brings the settings of the tenants up to date. Absent where they never change. */
  readonly refreshTenants?: (() => Promise<void>) | undefined;
  readonly methods: MethodSettings;
  /** Undefined: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
  readonly smsLimits: SmsLimits;
  /** Days for which a browser is trusted. */
  readonly trustDays: number;
  /** Null while the issuer is unknown, and for an issuer at which browsers create no passkeys. */
  readonly passkeySite: () => PasskeySite | null;
  /** Whether administrators issue passes that stand in for a mailed code. */
  readonly takesPasses?: boolean | undefined;
  /** The URL at which an e-mail address can be confirmed without a code; null: none. */
  readonly confirmUrl: (account: Account) => string | null;
}

export type SecondFactorUseCases = ReturnType<typeof composeUseCases>;

export function composeUseCases(
  { stores, messenger, events, passkeyVerifier, cipher, clock, random }: SecondFactorPorts,
  settings: SecondFactorSettings,
) {
  const { accounts, enrolments, onceKeys, lockouts, records, transactions, attempts, trustedBrowsers } =
    stores;
  const { tenants, refreshTenants, catalogue, smsLimits, trustDays, passkeySite, confirmUrl } = settings;
  const methods = createMethods(settings.methods, catalogue);
  const available = () => availableOf(methods, passkeySite());

  const attemptLimiter = createAttemptLimiter({ methods, attempts, lockouts, events, clock, random });
  const countSend = createSendLimits({ methods, attempts, smsLimits, cipher, clock, random });
  const sendCode = createSentCodes({
    methods,
    transactions,
    countSend,
    messenger,
    smsLimits,
    confirmUrl,
    cipher,
    events,
    clock,
    random,
  });

  const undeliveredCodes = createUndeliveredCodes({ onceKeys, clock });
  const recovery = createRecovery({
    methods,
    enrolments,
    onceKeys,
    transactions,
    cipher,
    events,
    clock,
    random,
  });
  const { enrol, keepProven, abandon, finish } = createEnrol({
    madeCodes: recovery.made,
    replaceFactor: createReplaceFactor({ enrolments }),
    enrolments,
    lockouts,
    trustedBrowsers,
    transactions,
    events,
    clock,
  });
  const enrolment = createEnrolment({
    methods,
    accounts,
    transactions,
    enrol,
    keepProven,
    abandon,
    finish,
    attemptLimiter,
    sendCode,
    undeliveredCodes,
    smsLimits,
    temporaryPasses: settings.takesPasses ? createTemporaryPasses({ onceKeys, cipher, clock }) : null,
    cipher,
    events,
    clock,
    random,
  });
  const owners = createPasskeyOwners({ onceKeys, cipher });
  const passkeys = createPasskeys({
    method: methods.browser,
    passkeyVerifier,
    passkeySite,
    transactions,
    enrol,
    keepProven,
    owners,
    cipher,
    attemptLimiter,
    clock,
    random,
  });

  const answers = createAnswers({
    methods,
    verifyInBrowser: passkeys.verifyInBrowser,
    onceKeys,
    enrolments,
    cipher,
    clock,
  });
  const { check, destinationOf, isReachable, isReadable } = answers;
  const loadSnapshot = createSnapshotLoader({ accounts, enrolments, tenants, refreshTenants, lockouts });
  const passkeySignIn = createPasskeySignIn({
    method: methods.browser,
    passkeyVerifier,
    passkeySite,
    owners,
    answers,
    loadSnapshot,
    tenants,
    onceKeys,
    transactions,
    attempts,
    cipher,
    events,
    clock,
    random,
  });
  const policyDeps = {
    accounts,
    enrolments,
    tenants,
    refreshTenants,
    onceKeys,
    lockouts,
    trustedBrowsers,
    available,
    catalogue,
    isReachable,
    clock,
  };
  const evaluatePolicy = createPolicyEvaluation(policyDeps);
  const evaluateExistingSession = createExistingSessionEvaluation({
    onceKeys,
    lockouts,
    trustedBrowsers,
    available,
    catalogue,
    isReachable,
    clock,
  });
  const browsers = createTrustedBrowsers({ trustedBrowsers, cipher, events, clock, trustDays });
  const secondFactor = createSecondFactor({
    evaluatePolicy,
    methods,
    check,
    endOutdatedTrust: browsers.endOutdated,
    attemptLimiter,
    sendCode,
    askPasskey: passkeys.ask,
    undeliveredCodes,
    usableMethods: createUsableMethods({ attemptLimiter, clock }),
    destinationOf,
    onRecovery: recovery.used,
    transactions,
    enrolments,
    onceKeys,
    events,
    clock,
  });

  const { evaluate } = secondFactor;
  const confirmation = createAddressConfirmation({
    evaluate,
    methods,
    messenger,
    countSend,
    confirmUrl,
    events,
  });

  /** The masked destination of the factor's codes; null for a factor without sent codes. */
  function maskedDestination(
    policyResult: Pick<PolicyResult, 'account' | 'tenant'>,
    factor: Enrolment,
  ): string | null {
    const destination = destinationOf(policyResult, factor);
    return destination && (methods.sent(factor.method)?.masked(destination) ?? null);
  }

  return {
    methods,
    catalogue,
    /** The methods that can be used now. */
    available,
    sendCode,
    countSend,
    attemptLimiter,
    undeliveredCodes,
    confirmation,
    recovery,
    enrolment,
    passkeys,
    passkeySignIn,
    passkeySite,
    passkeyOffers: createPasskeyOffers({ method: methods.browser, available, onceKeys, clock }),
    afterRecovery: createAfterRecovery({ recovery, available }),
    isReachable,
    isReadable,
    maskedDestination,
    evaluatePolicy,
    previewPolicy: createPolicyPreview(policyDeps),
    evaluateExistingSession,
    loadSnapshot,
    loadPartialSnapshot: createPartialSnapshotLoader({ accounts, enrolments, tenants, refreshTenants }),
    secondFactor,
    findSufficientSession: createFindSufficientSession({ records, evaluatePolicy, clock }),
    signInTransactions: createSignInTransactions({ transactions, records, clock }),
    trustedBrowsers: browsers,
  };
}
