/** `secondFactor()`: adds a second factor to a host's oidc-provider. */
import type { Configuration, Provider } from 'oidc-provider';
import { createCipher, digestKeyOf } from '../adapters/system/cipher.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createPasskeyVerifier } from '../adapters/system/passkey-verifier.ts';
import { systemRandom } from '../adapters/system/random.ts';
import { systemRequests, withReference } from '../adapters/system/requests.ts';
import { type AuditEvent, auditLineOf, type DomainEvent } from '../domain/events.ts';
import type { Catalogue } from '../domain/methods/contract.ts';
import type { Mounted } from '../http/server/mount.ts';
import { createNoticeSubscriber } from '../messages/notices.ts';
import type { Log } from '../ports/log.ts';
import type { AuditLog } from '../ports/system.ts';
import { createFactors, type Factors } from '../use-cases/administration/factors.ts';
import { createEventLog } from '../use-cases/events/event-log.ts';
import { composePlugin } from './compose.ts';
import { createHostMessenger, createHostNotify } from './host-notices.ts';
import { createKnownIssuer } from './issuer.ts';
import { accountsOf } from './options/host-account.ts';
import { methodsOf, smsLimitsOf } from './options/methods.ts';
import { tenantsOf } from './options/policy.ts';
import type { SecondFactorOptions } from './options/published.ts';
import { type Options, readOptions } from './options/schema.ts';
import { createHostPasskeySignIn, type HostPasskeySignIn } from './passkey-sign-in.ts';
import { reencryptedOnUse } from './reencrypted-on-use.ts';
import type { SecondFactorPorts, SecondFactorUseCases } from './use-cases.ts';

export interface SecondFactor {
  /**
   * Returns a copy of the host's configuration of oidc-provider with the second factor in it, for `new Provider`.
   * Throws a TypeError for a configuration in which the library's `devInteractions` are on.
   *
   * The result has our `acrValues`, because no other level can be reached. Its `adapter` resumes an interaction only in
   * the browser in which the second factor was given. An interaction that the host's login page ends by itself has no
   * such protection: the host needs a `__Host-` cookie of its own. The library's adapter in memory is not wrapped.
   */
  configure(host: Configuration): Configuration;
  /**
   * The pages, for `app.use` of Koa, Express or Connect, or for the provider's own `use`. Throws a TypeError for a
   * provider that was not created with the result of `configure`, and for a second issuer.
   *
   * In a Koa app `app.proxy` decides which IP address and protocol a request has. In Express and Connect
   * `provider.proxy` decides, and `trust proxy` does not.
   */
  routes(provider: Provider): Mounted;
  /** A passkey that verifies its user in place of the password, on the login page of the host. */
  readonly passkeySignIn: HostPasskeySignIn;
  /** Lists and removes the factors of an account, for the host's support desk. */
  readonly factors: Factors;
}

const toStandardError: Log = ({ event, error, ...more }) =>
  console.error(`doublelock: ${event}`, error ?? more);

/**
 * Adds a second factor to the sign-in of an oidc-provider. Throws a TypeError that lists the faults of the options.
 *
 * @example
 * const lock = secondFactor({ stores, encryption: [{ id: '1', key }], account: (id) => users.get(id) });
 * const provider = new Provider(issuer, lock.configure(configuration));
 * provider.use(lock.routes(provider));
 */
export function secondFactor(options: SecondFactorOptions): SecondFactor {
  return composeGuest(readOptions(options)).lock;
}

/** Methods beside those of the product. `secondFactor()` does not take them: this interface is not published yet. */
export interface AddedMethods {
  readonly catalogue: Catalogue;
  /** A folder with one view for each page of an added method, named like the page. */
  readonly addedViews: URL;
}

/** The published value together with the use cases behind it. */
export function composeGuest(
  options: Options,
  added: AddedMethods | null = null,
): {
  readonly lock: SecondFactor;
  readonly useCases: SecondFactorUseCases;
} {
  const { clock = systemClock, random = systemRandom } = options;
  const log = withReference(options.log ?? toStandardError);
  const { durable, shortLived } = options.stores;
  const { onceKeys, lockouts, records, trustedBrowsers, audit } = durable;
  const { transactions, attempts } = shortLived;
  const tenants = tenantsOf(options);
  const smsLimits = smsLimitsOf(options);
  const accounts = accountsOf(options, tenants, log);
  const { encryption, digestKey } = options;
  const cipher = createCipher(encryption, digestKey === undefined ? undefined : digestKeyOf(digestKey));
  const enrolments = reencryptedOnUse(durable.enrolments, cipher, clock);
  const issuer = createKnownIssuer();

  const { sender, name: productName } = options;
  const messenger =
    options.messenger ?? createHostMessenger({ sender, productName, tenants, issuer, clock, log });
  const canSend = sender !== undefined || options.messenger !== undefined;
  const notify =
    options.notify ??
    (canSend
      ? createHostNotify({
          messenger,
          stores: { enrolments, attempts },
          smsLimits,
          notMeUrl: options.notMeUrl ?? (() => null),
          cipher,
          system: { clock, random, log },
        })
      : async () => {});
  const hostAuditLog = options.auditLog;
  const events = createEventLog({
    audit: hostAuditLog ? { append: appendTo(hostAuditLog) } : audit,
    subscribers: [createNoticeSubscriber(notify)],
    clock,
    random,
    request: systemRequests.current,
    log,
  });

  const ports: SecondFactorPorts = {
    stores: { accounts, enrolments, onceKeys, lockouts, records, transactions, attempts, trustedBrowsers },
    messenger,
    events,
    passkeyVerifier: createPasskeyVerifier(),
    cipher,
    clock,
    random,
  };
  const { configure, routes, onward, useCases } = composePlugin({
    ports,
    settings: {
      tenants,
      methods: methodsOf(options),
      catalogue: added?.catalogue,
      smsLimits,
      trustDays: options.trustDays,
      confirmUrl: options.confirmUrl ?? (() => null),
    },
    rules: {
      clientRule: (id) => ({ always: false, own: false, ...options.clientRule?.(id) }),
      accountOf: () => undefined,
      issuedLifetimeMs: ISSUED_LIFETIME_MS,
    },
    pages: {
      basePath: (url) => options.basePath ?? new URL(url).pathname.replace(/\/$/, ''),
      homeUrl: options.homeUrl,
      render: options.render ?? null,
      clientName: options.clientName ?? null,
      trustedCookieName: options.trustedCookieName,
      addedViews: added?.addedViews,
    },
    ownSignIn: null,
    issuer,
    log,
  });
  sender?.onRefused?.(useCases.undeliveredCodes.note);
  const factors = createFactors({
    accounts,
    enrolments,
    lockouts,
    trustedBrowsers,
    endSessions: null,
    events,
    actor: 'host',
  });
  const passkeySignIn = createHostPasskeySignIn({
    passkeySignIn: useCases.passkeySignIn,
    signInTransactions: useCases.signInTransactions,
    onward,
  });
  return { lock: { configure, routes, passkeySignIn, factors }, useCases };
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A refresh token rotates for a year and then lives 14 days (defaults of oidc-provider); one day is added. */
const ISSUED_LIFETIME_MS = 380 * DAY_MS;

/** A host gets the whole IP address, and gives id and time itself. */
function appendTo(auditLog: AuditLog) {
  return ({ reference }: AuditEvent, event: DomainEvent): Promise<void> => {
    const entry = { ...auditLineOf(event), reference };
    return auditLog(entry);
  };
}
