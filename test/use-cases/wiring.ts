/** The use cases as the plugin composes them, on real stores, with real messages that end in the outbox. */
import { createOutboxSender } from '../../src/adapters/delivery/outbox-sender.ts';
import type { EmbeddedStores } from '../../src/adapters/embedded/open.ts';
import { createPasskeyVerifier } from '../../src/adapters/system/passkey-verifier.ts';
import type { Account } from '../../src/domain/account.ts';
import type { MethodSettings } from '../../src/domain/methods/index.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { createNoticeSubscriber } from '../../src/messages/notices.ts';
import { createMessenger } from '../../src/messages/templates.ts';
import { composeUseCases } from '../../src/plugin/use-cases.ts';
import type { EventLog } from '../../src/ports/events.ts';
import type { LogoutNotice } from '../../src/ports/logout.ts';
import type { MessageSender, NoticeTopic, Notify } from '../../src/ports/senders.ts';
import type { Cipher, Clock, PasswordHasher, Random } from '../../src/ports/system.ts';
import { createFactorChanges } from '../../src/use-cases/account/factor-changes.ts';
import { createLinkTokens } from '../../src/use-cases/account/link-tokens.ts';
import { createMailedLinks } from '../../src/use-cases/account/mailed-links.ts';
import { createSelfService } from '../../src/use-cases/account/self-service.ts';
import { createFactors } from '../../src/use-cases/administration/factors.ts';
import { createEventLog } from '../../src/use-cases/events/event-log.ts';
import type { SmsLimits } from '../../src/use-cases/second-factor/send-limits.ts';
import { createEndSessions } from '../../src/use-cases/sign-in/end-sessions.ts';

/** The lifetime of a sent code, in seconds. */
export const LIFETIME = 90;

/** For how long a browser is trusted. */
export const TRUST_DAYS = 30;

const METHODS: MethodSettings = {
  totp: { issuer: 'Doublelock', digits: 6, periodSeconds: 30, driftSteps: 1 },
  email: { lifetimeSeconds: LIFETIME },
  sms: { lifetimeSeconds: LIFETIME },
};

const SMS_LIMITS: SmsLimits = { allowedPrefixes: null, perBlockHour: 10, perTenantDay: 50, perDay: 80 };

export interface WiringDeps {
  readonly stores: EmbeddedStores;
  readonly tenants: readonly Tenant[];
  readonly smsLimits?: Partial<SmsLimits>;
  /** In the place of the outbox. */
  readonly sender?: MessageSender;
  readonly hasher: PasswordHasher;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly random: Random;
}

/** A notice that went to an account's owner. */
export interface Told {
  readonly accountId: string;
  readonly topic: NoticeTopic;
  readonly method?: string;
  readonly left?: number;
  /** Places beside the confirmed contacts. */
  readonly also?: readonly string[];
}

export function createWiring({ stores, tenants, sender, ...given }: WiringDeps) {
  const { cipher, clock, random } = given;
  const told: Told[] = [];
  const notify: Notify = async ({ id }, { also, ...notice }) => {
    told.push({ accountId: id, ...notice, ...(also?.length && { also: also.map(({ to }) => to) }) });
  };
  const events: EventLog = createEventLog({
    audit: stores.audit,
    subscribers: [createNoticeSubscriber(notify)],
    clock,
    random,
    log: ({ error }) => {
      throw error;
    },
  });
  const messenger = createMessenger({
    tenants,
    issuer: 'http://localhost:3000',
    clock,
    sender: sender ?? createOutboxSender({ ...stores, clock }),
  });
  const passkeySite = () => ({ rpId: 'localhost', origin: 'http://localhost:3000' });
  const passkeyVerifier = createPasskeyVerifier();
  const smsLimits = { ...SMS_LIMITS, ...given.smsLimits };
  const confirmUrl = ({ id }: Account) => `http://localhost:3000/confirm/${id}`;
  const ports = { stores, messenger, events, passkeyVerifier, cipher, clock, random };
  const settings = { tenants, methods: METHODS, smsLimits, trustDays: TRUST_DAYS, passkeySite, confirmUrl };
  const useCases = composeUseCases(ports, settings);
  const { methods, available, isReachable, loadSnapshot } = useCases;
  const tokens = createLinkTokens({ cipher, clock });
  const logouts: LogoutNotice[] = [];
  const endSessions = createEndSessions({
    ...stores,
    clock,
    outbox: { add: async (notice) => void logouts.push(notice) },
    endProviderSession: async () => {},
    log: ({ error }) => {
      throw error;
    },
  });
  const needs = {
    ...stores,
    ...ports,
    ...settings,
    allowedPrefixes: smsLimits.allowedPrefixes,
    hasher: given.hasher,
    methods,
    available,
    isReachable,
    tokens,
    endSessions,
  };
  return {
    needs,
    logouts,
    endSessions,
    evaluatePolicy: useCases.evaluatePolicy,
    told,
    loadSnapshot,
    sendCode: useCases.sendCode,
    recovery: useCases.recovery,
    passkeys: useCases.passkeys,
    passkeySignIn: useCases.passkeySignIn,
    enrolment: useCases.enrolment,
    secondFactor: useCases.secondFactor,
    browsers: useCases.trustedBrowsers,
    selfService: createSelfService(needs),
    factorChanges: createFactorChanges(needs),
    /** With something in the place of what it stands on. */
    selfServiceWith: (change: Partial<Parameters<typeof createSelfService>[0]>) =>
      createSelfService({ ...needs, ...change }),
    factors: createFactors({ ...needs, actor: 'operator' }),
    linkTokens: tokens,
    links: createMailedLinks(needs),
  };
}
