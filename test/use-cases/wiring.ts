/** The use cases around real stores, put together as the plugin does it, with real letters that end in the outbox. */
import { createOutboxSender } from '../../src/adapters/delivery/outbox-sender.ts';
import type { EmbeddedStores } from '../../src/adapters/embedded/open.ts';
import { createPasskeyVerifier } from '../../src/adapters/system/passkey-verifier.ts';
import type { Account } from '../../src/domain/account.ts';
import { BUILT_METHODS, createMethods } from '../../src/domain/methods/index.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { createMessenger } from '../../src/messages/templates.ts';
import type { MessageSender, NoticeTopic, Notify } from '../../src/ports/senders.ts';
import type { AuditLog, Cipher, Clock, PasswordHasher, Random } from '../../src/ports/system.ts';
import { createMailedLinks } from '../../src/use-cases/account/mailed-links.ts';
import { createSelfService } from '../../src/use-cases/account/self-service.ts';
import { createFactors } from '../../src/use-cases/administration/factors.ts';
import { createEnrol } from '../../src/use-cases/enrolment/binding.ts';
import { createEnrolment } from '../../src/use-cases/enrolment/enrolment.ts';
import { createRecovery } from '../../src/use-cases/enrolment/recovery-codes.ts';
import { createAttemptLimiter } from '../../src/use-cases/second-factor/attempt-limiter.ts';
import { createAnswers } from '../../src/use-cases/second-factor/check-answer.ts';
import {
  createPolicyEvaluation,
  createSnapshotLoader,
  type EvaluatePolicy,
} from '../../src/use-cases/second-factor/evaluate-policy.ts';
import { createPasskeys } from '../../src/use-cases/second-factor/passkeys.ts';
import { createSendLimits, type SmsLimits } from '../../src/use-cases/second-factor/send-limits.ts';
import { createSentCodes } from '../../src/use-cases/second-factor/sent-codes.ts';
import { createTrustedBrowsers } from '../../src/use-cases/second-factor/trusted-browsers.ts';
import { createSecondFactor } from '../../src/use-cases/second-factor/verify.ts';

/** Of a code that was sent, in seconds. */
export const LIFETIME = 90;

/** For how long a browser is trusted. */
export const TRUST_DAYS = 30;

const methods = createMethods({
  totp: { issuer: 'Doublelock', digits: 6, periodSeconds: 30, driftSteps: 1 },
  email: { lifetimeSeconds: LIFETIME },
  sms: { lifetimeSeconds: LIFETIME },
});

export interface WiringDeps {
  readonly stores: EmbeddedStores;
  readonly tenants: readonly Tenant[];
  readonly smsLimits?: Partial<SmsLimits>;
  /** In the place of the outbox. */
  readonly sender?: MessageSender;
  readonly hasher: PasswordHasher;
  readonly cipher: Cipher;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** What somebody was told of their account. */
export interface Told {
  readonly accountId: string;
  readonly topic: NoticeTopic;
  readonly method?: string;
  readonly left?: number;
  /** Places beside the confirmed contacts. */
  readonly also?: readonly string[];
}

export function createWiring({ stores, tenants, sender, ...given }: WiringDeps) {
  const { clock } = given;
  const told: Told[] = [];
  const notify: Notify = async ({ id }, { also, ...notice }) => {
    told.push({ accountId: id, ...notice, ...(also?.length && { also: also.map(({ to }) => to) }) });
  };
  const messenger = createMessenger({
    tenants,
    issuer: 'http://localhost:3000',
    clock,
    sender: sender ?? createOutboxSender({ ...stores, clock }),
  });
  const smsLimits = { allowedPrefixes: null, perBlockHour: 10, perTenantDay: 50, perDay: 80 };
  const needs = {
    ...stores,
    ...given,
    tenants,
    methods,
    available: () => BUILT_METHODS,
    passkeyVerifier: createPasskeyVerifier(),
    passkeySite: () => ({ rpId: 'localhost', origin: 'http://localhost:3000' }),
    messenger,
    notify,
    smsLimits: { ...smsLimits, ...given.smsLimits },
    confirmUrl: ({ id }: Account) => `http://localhost:3000/confirm/${id}`,
  };

  const recovery = createRecovery(needs);
  const enrol = createEnrol({ ...needs, keepCodes: recovery.keepMade });
  const attemptLimiter = createAttemptLimiter(needs);
  const passkeys = createPasskeys({ ...needs, method: methods.browser, enrol, attemptLimiter });
  const { verifyInBrowser } = passkeys;
  const { check, noteUse, destinationOf, isReachable } = createAnswers({ ...needs, verifyInBrowser });
  const judging = { ...needs, isReachable };
  const evaluatePolicy: EvaluatePolicy = createPolicyEvaluation(judging);
  const countSend = createSendLimits(needs);
  const sendCode = createSentCodes({ ...needs, countSend });
  const sending = { ...needs, attemptLimiter, sendCode };
  return {
    needs: judging,
    evaluatePolicy,
    told,
    loadSnapshot: createSnapshotLoader(needs),
    sendCode,
    recovery,
    passkeys,
    enrolment: createEnrolment({ ...sending, enrol }),
    secondFactor: createSecondFactor({
      ...sending,
      evaluatePolicy,
      check,
      noteUse,
      destinationOf,
      askPasskey: passkeys.ask,
      onRecovery: recovery.used,
    }),
    selfService: createSelfService(needs),
    /** With something in the place of what it stands on. */
    selfServiceWith: (change: Partial<Parameters<typeof createSelfService>[0]>) =>
      createSelfService({ ...needs, ...change }),
    factors: createFactors(needs),
    links: createMailedLinks(needs),
    browsers: createTrustedBrowsers({ ...needs, trustDays: TRUST_DAYS }),
  };
}
