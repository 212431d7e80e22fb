/** Composes the server of one configuration, in the order in which its parts need each other. */
import { openPlaces } from '../adapters/geo/places.ts';
import { createOutboundFetch } from '../adapters/outbound/outbound-fetch.ts';
import type { Config, Secrets } from '../config/shape.ts';
import type { PlaceOf } from '../domain/self-service/origin.ts';
import { createDemoSessions } from '../http/demo/sessions.ts';
import { createFormTokens } from '../http/guards/forms.ts';
import { createKnownBrowser } from '../http/guards/known-browser.ts';
import { createLateForms } from '../http/guards/late-forms.ts';
import { createRequireAdministrator } from '../http/guards/require-administrator.ts';
import { createRequireSession } from '../http/guards/require-session.ts';
import { createSignOutCookie } from '../http/guards/sign-out-cookie.ts';
import { createTypedFields } from '../http/guards/typed-fields.ts';
import { createVisitCookie } from '../http/guards/visit-cookie.ts';
import { createProviderPages } from '../http/oidc-pages/pages.ts';
import { createRenderer } from '../http/pages/render.ts';
import { createWayOn } from '../http/pages/way-on.ts';
import type { Handler } from '../http/server/app.ts';
import type { Area } from '../http/server/area.ts';
import { createProviderAdapter } from '../oidc/adapter/adapter.ts';
import { createSessionEnd } from '../oidc/adapter/end-session.ts';
import { createRefreshTokenStore } from '../oidc/adapter/refresh-token-store.ts';
import { createReplayDetection } from '../oidc/adapter/replay-detection.ts';
import { createDeviceState } from '../oidc/device/device-state.ts';
import { createProvider } from '../oidc/provider.ts';
import { createApplicationCookie } from '../oidc/session/application-cookie.ts';
import { replaceBackChannelLogout } from '../oidc/session/back-channel-logout.ts';
import { createProviderSession } from '../oidc/session/provider-session.ts';
import { notingOfflineClients } from '../oidc/tokens/offline-clients.ts';
import type { Cipher } from '../ports/system.ts';
import { createFindAccount } from '../use-cases/account/find-account.ts';
import { createFindVisit } from '../use-cases/account/visit.ts';
import { createDeviceCodes } from '../use-cases/device/device-codes.ts';
import { createSnapshotLoader } from '../use-cases/second-factor/evaluate-policy.ts';
import { createEndSessions } from '../use-cases/sign-in/end-sessions.ts';
import { createSignIn } from '../use-cases/sign-in/password.ts';
import { createPasswordAttempts } from '../use-cases/sign-in/password-attempts.ts';
import { createReplayedFamilies } from '../use-cases/sign-in/replayed-families.ts';
import { createSessionClients } from '../use-cases/sign-in/session-clients.ts';
import { accountUseCasesOf } from './account/account.ts';
import { effectiveTenantsOf } from './administration/effective-tenants.ts';
import { beginSeeding, withSeeding } from './administration/seeding.ts';
import { createAreas } from './areas.ts';
import { clientNamesOf } from './client-names.ts';
import type { Readiness, Server } from './composition.ts';
import { carryOutCampaigns } from './console/campaigns.ts';
import { keptFormsOf } from './drafts.ts';
import { eventLogOf } from './events.ts';
import { handlerOf } from './handler.ts';
import { cipherOf } from './keys.ts';
import { noticesOf } from './notices.ts';
import { type Parts, secretsOf } from './parts.ts';
import { idleMsOf, providerSettingsOf, tokenSettingsOf } from './provider-settings.ts';
import { secondFactorOf } from './second-factor.ts';
import { startCountingOf } from './starts.ts';

/** Creates the handler of a configuration. Rejects for one that can't be served; a running handler is not affected. */
export type Serve = (config: Config) => Promise<Handler>;

/**
 * A reload calls the result again. The demo's sessions outlive a reload, and so do `parts`; everything else is created
 * for each configuration. `areasOf` lists the areas in the order in which they are asked.
 */
export function createServer(
  parts: Parts,
  readiness: Readiness,
  areasOf: (server: Server) => readonly Area[] = createAreas,
): Serve {
  const demoSessions = createDemoSessions(parts.clock);
  return async (configured) => {
    const effectiveTenants = await effectiveTenantsOf(configured, parts.stores);
    // Everything reads the effective settings of the tenants.
    const config = { ...configured, tenants: effectiveTenants.tenants };
    parts.tenants.use(effectiveTenants.refresh);
    const secrets = secretsOf(config);
    const cipher = await cipherOf(secrets, parts);
    const places = await openPlaces(config.geo.database);
    const difference = await beginSeeding(config, parts, cipher);
    const accounts = withSeeding(parts.stores.accounts, parts.seeding);
    const seeded = { ...parts, stores: { ...parts.stores, accounts } };
    const server = await composeServer({
      config,
      effectiveTenants,
      parts: seeded,
      readiness,
      demoSessions,
      secrets,
      cipher,
      places,
    });
    carryOutCampaigns(server);
    const { finish } = await server.plugin.useCases.trustedBrowsers.endWhereForbidden(config.tenants);
    if (difference) parts.logger.warn({ event: 'config.accounts_differ', reason: difference });
    // Requests need not wait for it: the policy of the tenant counts from the first one on.
    finish().catch((error: unknown) => parts.logger.warn({ event: 'store.sweep_failed', error }));
    return handlerOf(server, areasOf(server), secrets);
  };
}

interface Given extends Pick<Server, 'config' | 'effectiveTenants' | 'parts' | 'readiness' | 'demoSessions'> {
  readonly secrets: Secrets;
  readonly cipher: Cipher;
  readonly places: PlaceOf;
}

async function composeServer({
  config,
  effectiveTenants,
  parts,
  readiness,
  demoSessions,
  secrets,
  cipher,
  places,
}: Given): Promise<Server> {
  const { stores, hasher, clock, random, logger, logouts } = parts;
  const { issuer, tenants } = config;
  const { accounts, attempts, enrolments, lockouts, onceKeys, records, transactions } = stores;
  const { sessionClients } = stores;
  const tokens = tokenSettingsOf(config);
  const sender = await parts.senders.of(config, cipher);
  const notices = noticesOf(config, { parts, sender, cipher, log: logger.warn });
  const events = eventLogOf(parts, notices.notify);
  const clients = clientNamesOf(config.clients, issuer);

  const forms = createFormTokens(cipher);
  const isHttps = issuer.startsWith('https:');
  const knownBrowser = createKnownBrowser({ cipher, random, isHttps });
  const visitCookie = createVisitCookie({ isHttps });
  const isDevelopment = config.environment === 'development';
  const typedFields = createTypedFields({ cipher, clock, isHttps });
  const render = createRenderer({ tenants, issuer, clock, isDevelopment, typedFields });

  const applications = createApplicationCookie({
    clientIds: config.clients.map(({ clientId }) => clientId),
    isHttps,
  });
  const wayOn = createWayOn({
    clientOf: applications.clientOf,
    linkOf: clients.linkOf,
    clientName: clients.nameOf,
    isSignedIn: async (ctx) => (await session.current(ctx)) !== null,
  });
  const replayedFamilies = createReplayedFamilies({
    onceKeys,
    accounts,
    clientName: clients.nameOf,
    issuedLifetimeMs: tokens.issuedLifetimeMs,
    events,
    clock,
  });
  const deviceCodes = createDeviceCodes({ attempts, events, cipher, clock, random });
  const adapter = createProviderAdapter(
    { durable: stores.providerDurable, shortLived: stores.providerShortLived },
    cipher,
    clock,
    replayedFamilies.isEnded,
    idleMsOf(config),
  );
  const endSessions = createEndSessions({
    accounts,
    records,
    sessionClients,
    enrolments,
    outbox: logouts,
    endProviderSession: createSessionEnd(adapter),
    clock,
    log: logger.warn,
  });
  const plugin = secondFactorOf({
    config,
    refreshTenants: effectiveTenants.refresh,
    parts,
    cipher,
    events,
    notices,
    knownBrowser,
    endSessions,
    render,
    wayOn,
    places,
  });
  const findAccount = createFindAccount({ accounts });
  const pages = createProviderPages({
    render,
    clientName: clients.nameOf,
    clientTenant: clients.tenantOf,
    clientLink: clients.linkOf,
    findAccount,
    signOutCookie: createSignOutCookie({ isHttps: issuer.startsWith('https:') }),
    wayOn,
  });
  const clientsOfSessions = createSessionClients({
    sessionClients,
    outbox: logouts,
    random,
    clock,
    issuedLifetimeMs: tokens.issuedLifetimeMs,
  });
  const provider = createProvider({
    settings: providerSettingsOf(config, secrets, cipher),
    adapter: notingOfflineClients(adapter, records.noteOffline),
    sessionClients: clientsOfSessions,
    fetch: createOutboundFetch({
      allowPrivateNetworks: config.outbound.allowPrivateNetworks,
      allowLoopback: isDevelopment,
      allowPlainHttp: isDevelopment,
      clock,
      log: logger.warn,
    }),
    refresh: {
      tokens: createRefreshTokenStore(stores.providerDurable, cipher, clock),
      replayedFamilies,
    },
    isFirstUse: createReplayDetection(stores.providerShortLived, cipher, clock),
    findAccount,
    pages,
    deviceCodes,
    startCounting: startCountingOf(config, parts, knownBrowser),
    cipher,
    secondFactor: plugin,
    clock,
    logger,
  });
  applications.install(provider);
  const session = createProviderSession(provider);
  logouts.use(cipher, replaceBackChannelLogout(provider, clientsOfSessions));

  const passwordAttempts = createPasswordAttempts({ attempts, lockouts, hasher, cipher, clock, random });
  const signIn = createSignIn({
    accounts,
    passwordAttempts,
    transactions,
    loadSnapshot: createSnapshotLoader({
      accounts,
      enrolments,
      tenants,
      refreshTenants: effectiveTenants.refresh,
      lockouts,
    }),
    hasher,
    events,
    clock,
  });
  const account = accountUseCasesOf({
    config,
    parts,
    cipher,
    plugin,
    passwordAttempts,
    endSessions,
    notices,
    events,
    places,
  });
  parts.resets.use(account.resetEffects.carryOutDue);
  const lateForms = createLateForms({ keptForms: keptFormsOf(parts, cipher), forms });
  const requireSession = createRequireSession({
    session,
    findVisit: createFindVisit(plugin.useCases.findSufficientSession),
    lateForms,
    issuer,
  });

  const requireAdministrator = createRequireAdministrator({
    session,
    findSufficientSession: plugin.useCases.findSufficientSession,
    requireSession,
    lateForms,
  });

  return {
    config,
    effectiveTenants,
    parts,
    cipher,
    events,
    notices,
    endSessions,
    readiness,
    demoSessions,
    plugin,
    provider,
    providerPages: pages,
    session,
    deviceState: createDeviceState(provider),
    useCases: { signIn, deviceCodes, findAccount, ...account },
    guards: { forms, knownBrowser, requireSession, requireAdministrator, typedFields, visitCookie },
    render,
    clients,
    wayOn,
  };
}
