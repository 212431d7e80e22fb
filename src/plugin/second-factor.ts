/** The plugin: a second factor for somebody else's oidc-provider, put together from what the host says. */
import type { Middleware } from 'koa';
import type { Configuration, Provider } from 'oidc-provider';
import { createCipher, digestKeyOf } from '../adapters/system/cipher.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { createPasskeyVerifier } from '../adapters/system/passkey-verifier.ts';
import { systemRandom } from '../adapters/system/random.ts';
import { enrolmentPurpose } from '../domain/enrolment/enrolment.ts';
import { sentTo } from '../domain/methods/index.ts';
import type { MethodName } from '../domain/methods/method.ts';
import { type PasskeySite, passkeySiteOf } from '../domain/methods/webauthn.ts';
import type { Tenant } from '../domain/tenant.ts';
import { createAssetRoutes } from '../http/assets/routes.ts';
import { createTrustedBrowserCookie } from '../http/guards/trusted-browser-cookie.ts';
import { createLocaleRoutes } from '../http/locale/routes.ts';
import { crossSite } from '../http/middleware/cross-site.ts';
import { errorPages } from '../http/middleware/errors.ts';
import { securityHeaders } from '../http/middleware/headers.ts';
import type { RenderSome, SecondFactorPage } from '../http/pages/page-contract.ts';
import { createRenderer, prepareAnswer } from '../http/pages/render.ts';
import type { Site } from '../http/pages/site.ts';
import { createMounted, type Mounted } from '../http/server/mount.ts';
import { createNotify } from '../messages/notices.ts';
import { createMessenger } from '../messages/templates.ts';
import { clientNameOf } from '../oidc/sessions.ts';
import type { ReencryptableEnrolments } from '../ports/keys.ts';
import type { Log } from '../ports/log.ts';
import type { Messenger, Notify } from '../ports/senders.ts';
import type { AttemptStore } from '../ports/stores.ts';
import type { Cipher, Clock, Random } from '../ports/system.ts';
import { createAuditLog } from '../use-cases/administration/audit-log.ts';
import { createFactors, type Factors } from '../use-cases/administration/factors.ts';
import type { EnrolmentUseCase } from '../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../use-cases/enrolment/recovery-codes.ts';
import { createReencryption } from '../use-cases/keys/reencryption.ts';
import type { EvaluatePolicy } from '../use-cases/second-factor/evaluate-policy.ts';
import type { Passkeys } from '../use-cases/second-factor/passkeys.ts';
import { createTextLimits } from '../use-cases/second-factor/send-limits.ts';
import type { TrustedBrowsers } from '../use-cases/second-factor/trusted-browsers.ts';
import { createSecondFactorArea, type Onward, type SecondFactorArea } from './area.ts';
import { hostSender } from './host-sender.ts';
import { accountsOf } from './options/host-account.ts';
import { methodsOf, smsLimitsOf } from './options/methods.ts';
import { tenantsOf } from './options/policy.ts';
import type { SecondFactorOptions } from './options/published.ts';
import { type Options, readOptions } from './options/schema.ts';
import { SERVER_DEFAULTS, type ServerOptions } from './options/server-options.ts';
import { ownedUnder } from './owned-paths.ts';

export interface SecondFactor {
  /**
   * The host's configuration of oidc-provider with the second factor in it: what comes back is for `new Provider`, and
   * the host's own object stays as it is. `acrValues` of the host's give way to ours, which alone can be asked for and
   * reached; the library's `devInteractions` have to be off. Its `adapter` is wrapped: an interaction in which a second
   * factor was given is resumed by the browser that gave it, and not by one that had its cookies planted there. What
   * the host's login page finished by itself is not guarded so: no page of the plugin is in between, and the host sees
   * to it (a `__Host-` cookie of its own, for one). Nor is the library's own adapter in memory, which is for trying
   * things out.
   */
  configure(host: Configuration): Configuration;
  /**
   * The pages, for `app.use` of Koa, Express or Connect, or for the provider's own `use`. Throws for a provider that was
   * not made with what `configure` gives, and for one of another issuer than before: that has a `secondFactor` of its
   * own. Which address a browser has, and whether it came over TLS, is what the Koa app says in which they are used
   * (`app.proxy` of yours, `provider.proxy` of the provider); in Express and Connect `provider.proxy` counts, not
   * `trust proxy`.
   */
  routes(provider: Provider): Mounted;
  /** What is set up, and its removal when a phone is lost: for a support desk of the host's. */
  readonly factors: Factors;
  /**
   * Takes a sign-in further whose password was accepted within the same interaction: for `doublelock/server`, which has
   * the interaction and the progress that it asks for. A login page of yours ends its interaction, as ever.
   */
  onward(provider: Provider): Onward;
  /** For an adapter that knows early whose token it has found: begins to read what that will be judged by. */
  readonly readAhead: SecondFactorArea['readAhead'];
  /** Asks the policy about an account as it is now. */
  readonly evaluatePolicy: EvaluatePolicy;
  /** Setting up a factor, for a page of the host's own. */
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly trustedBrowsers: TrustedBrowsers;
  /** Where codes of a factor go, as it may be shown; null where none are sent. */
  readonly maskedDestination: SecondFactorArea['maskedDestination'];
  /** The methods that can be done with these options; passkeys once the provider is known. */
  readonly available: readonly MethodName[];
}

const toStandardError: Log = ({ event, error, ...more }) =>
  console.error(`doublelock: ${event}`, error ?? more);

/**
 * A second factor in the sign-in of an oidc-provider.
 *
 * @example
 * const lock = secondFactor({ stores, encryption: [{ id: '1', key }], account: (id) => users.get(id) });
 * const provider = new Provider(issuer, lock.configure(configuration));
 * provider.use(lock.routes(provider));
 */
export function secondFactor(options: SecondFactorOptions): SecondFactor {
  return assembleSecondFactor({ ...readOptions(options), ...SERVER_DEFAULTS });
}

/** The plugin from options that were read already, and from those that our own server adds. */
export function assembleSecondFactor(options: Options & ServerOptions): SecondFactor {
  const { clock = systemClock, random = systemRandom, log = toStandardError, homeUrl } = options;
  const { onceKeys, lockouts, records, trustedBrowsers, audit } = options.stores.durable;
  const { transactions, attempts } = options.stores.shortLived;
  const tenants = tenantsOf(options);
  const accounts = accountsOf(options, tenants, log);
  const cipher = options.cipher ?? cipherOf(options);
  const enrolments = reencryptedOnUse(options.stores.durable.enrolments, cipher, clock);
  const auditLog = options.auditLog ?? createAuditLog({ audit, clock, random });
  const basePath = (issuer: string) => options.basePath ?? new URL(issuer).pathname.replace(/\/$/, '');

  /** Whether anything was made of what `configure` gave: a provider that was given the host's own asks nobody. */
  let isTaken = false;
  /** Known once the host's provider is. */
  let issuer: string | null = null;
  let passkeySite: PasskeySite | null = null;
  const messenger =
    options.messenger ?? messengerOf(options, { tenants, clock, log, issuerOf: () => issuer });

  const notify =
    options.notify ?? notifyOf(options, { messenger, enrolments, attempts, cipher, clock, random, log });

  const area = createSecondFactorArea({
    stores: { accounts, enrolments, onceKeys, lockouts, records, transactions, attempts, trustedBrowsers },
    tenants,
    methods: methodsOf(options),
    catalogue: options.catalogue,
    passkeyVerifier: createPasskeyVerifier(),
    passkeySite: () => passkeySite,
    messenger,
    notify,
    smsLimits: smsLimitsOf(options),
    confirmUrl: options.confirmUrl ?? (() => null),
    log,
    trustedCookie: createTrustedBrowserCookie(options.trustedCookieName),
    trustDays: options.trustDays,
    cipher,
    clock,
    random,
    auditLog,
    clientRule: (id) => ({ always: false, own: false, ...options.clientRule?.(id) }),
    accountOf: options.accountOf,
    issuedLifetimeMs: options.issuedLifetimeMs,
    basePath,
    interactionUrl: options.interactionUrl,
    passwordUrl: options.passwordUrl,
    onSignedIn: options.onSignedIn,
  });

  /** The host's way to draw a page, or ours with all that it needs. */
  function drawing(issuer: string, site: Site): RenderSome<SecondFactorPage> {
    const { addedViews } = options;
    const render =
      options.render ?? createRenderer({ tenants, issuer, clock, isDevelopment: false, site, addedViews });
    const only = tenants.length === 1 ? tenants[0]?.id : undefined;
    return (ctx, page, model, pageContext = {}) => {
      const pageContextOfTenant = { ...pageContext, tenantId: pageContext.tenantId ?? only ?? null };
      prepareAnswer(ctx, pageContextOfTenant, clock.now());
      return render(ctx, page, model, pageContextOfTenant);
    };
  }

  function routes(provider: Provider): Mounted {
    // Its pages would be there, and nobody would ever be led to them.
    if (!isTaken) throw new TypeError('routes() is for a provider that was made with what configure() gives');
    // Passkeys are made for one site, and links in messages lead to one.
    if (issuer !== null && issuer !== provider.issuer)
      throw new TypeError('one secondFactor() is for one issuer: make another for another provider');
    issuer = provider.issuer;
    passkeySite = passkeySiteOf(issuer);
    const { origin, protocol } = new URL(provider.issuer);
    const base = basePath(provider.issuer);
    const https = protocol === 'https:';
    const localeCookie = () => `${https ? '__Host-' : ''}second-factor-locale`;
    const site: Site = { root: `${base}/second-factor`, localeCookie };
    const render = drawing(provider.issuer, site);
    const clientName = options.clientName ?? clientNameOf(provider);

    const around = [
      errorPages({ render, log, home: homeUrl }),
      securityHeaders({ https: false, leadingAway: [`${base}/interaction`, site.root] }),
      crossSite({ origin }),
    ];
    const areas = [
      area.routes(provider, { render, clientName, home: homeUrl }),
      // A host that draws its own pages has its own styles and its own languages.
      ...(options.render ? [] : [createAssetRoutes({ tenants, site }), createLocaleRoutes({ https, site })]),
    ];
    return createMounted({
      owns: ownedUnder(base, options.render ? null : site.root),
      pages: [...around, ...areas.map((each) => each.routes() as Middleware)],
      trust: provider,
    });
  }

  return {
    configure(host) {
      const { interactions, ...configured } = area.configure(host);
      return Object.defineProperty(configured, 'interactions', {
        enumerable: true,
        get() {
          isTaken = true;
          return interactions;
        },
      });
    },
    routes,
    factors: createFactors({ accounts, enrolments, lockouts, trustedBrowsers, notify, auditLog }),
    onward: (provider) => area.onward(provider, { clientName: options.clientName ?? clientNameOf(provider) }),
    readAhead: area.readAhead,
    evaluatePolicy: area.evaluatePolicy,
    enrolment: area.enrolment,
    recovery: area.recovery,
    passkeys: area.passkeys,
    trustedBrowsers: area.trustedBrowsers,
    maskedDestination: area.maskedDestination,
    get available() {
      return area.available();
    },
  };
}

function cipherOf({ encryption, digestKey }: Options): Cipher {
  return createCipher(encryption, digestKey === undefined ? undefined : digestKeyOf(digestKey));
}

/** The same store, in which whatever is looked at is sealed with the key in use from then on. */
function reencryptedOnUse(
  enrolments: ReencryptableEnrolments,
  cipher: Cipher,
  clock: Clock,
): ReencryptableEnrolments {
  const { onUse } = createReencryption({ enrolments, providerDurable: null, cipher, clock });
  const listByAccount = async (accountId: string) =>
    Promise.all((await enrolments.listByAccount(accountId)).map(onUse));
  return { ...enrolments, listByAccount };
}

/** Our own words, sent by the host's sender; without one nothing is sent. */
function messengerOf({ sender: own, name }: Options, parts: MessengerParts): Messenger {
  const { issuerOf, log, ...around } = parts;
  const sender = own && hostSender(own, log);
  let messenger: Messenger | null = null;
  return {
    async send(to, template) {
      const issuer = issuerOf();
      if (!sender || issuer === null) return false;
      messenger ??= createMessenger({ ...around, issuer, sender, productName: name });
      return messenger.send(to, template);
    },
  };
}

interface MessengerParts {
  readonly tenants: readonly Tenant[];
  readonly clock: Clock;
  readonly log: Log;
  readonly issuerOf: () => string | null;
}

/** Nobody is told where nothing is sent. Administrators are the host's affair, who are told by a `notify` of its own. */
function notifyOf(options: Options, parts: NoticeParts): Notify {
  const { enrolments, cipher, ...around } = parts;
  const { sender, messenger: own, notMeUrl } = options;
  const smsLimits = smsLimitsOf(options);
  if (!sender && !own) return async () => {};
  return createNotify({
    ...around,
    notMeUrl: notMeUrl ?? (() => null),
    // The number that was proven, whatever the host takes for theirs by now.
    async confirmedPhone({ id }) {
      const enrolment = (await enrolments.listByAccount(id)).find(
        ({ method }) => sentTo(method) === 'number',
      );
      return enrolment?.secret ? cipher.tryDecrypt(enrolment.secret, enrolmentPurpose(enrolment)) : null;
    },
    allowedPrefixes: smsLimits.allowedPrefixes,
    countText: createTextLimits({ ...parts, smsLimits }),
    administratorsOf: async () => [],
  });
}

interface NoticeParts {
  readonly messenger: Messenger;
  readonly enrolments: Pick<ReencryptableEnrolments, 'listByAccount'>;
  readonly attempts: AttemptStore;
  readonly cipher: Pick<Cipher, 'tryDecrypt'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
