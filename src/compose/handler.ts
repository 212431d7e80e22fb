/** From a configuration and the parts of the process to the handler of its requests. */

import type { ClientConfig, Config } from '../config/shape.ts';
import { createAccountRoutes } from '../http/account/routes.ts';
import { createAssetRoutes } from '../http/assets/routes.ts';
import { createConsentRoutes } from '../http/consent/routes.ts';
import { createDemoRoutes } from '../http/demo/routes.ts';
import { createDemoSessions, type DemoSessions } from '../http/demo/sessions.ts';
import { createMailedRoutes } from '../http/email-links/routes.ts';
import { createFormTokens } from '../http/guards/forms.ts';
import { createKnownBrowser } from '../http/guards/known-browser.ts';
import { createRequireSession } from '../http/guards/require-session.ts';
import { createLocaleRoutes } from '../http/locale/routes.ts';
import { errorPages } from '../http/middleware/errors.ts';
import { securityHeaders } from '../http/middleware/headers.ts';
import { requestLog } from '../http/middleware/request-log.ts';
import { wholeRequest } from '../http/middleware/whole-request.ts';
import { createOpsRoutes } from '../http/ops/routes.ts';
import { createRenderer } from '../http/pages/render.ts';
import { createApp, type Handler } from '../http/server/app.ts';
import { createSignInRoutes } from '../http/sign-in/routes.ts';
import { createMessageWriter } from '../messages/templates.ts';
import { createProvider, issuedLifetimeMs, OWN_CLIENT, OWN_RETURN_PATH } from '../oidc/provider.ts';
import { createProviderPages } from '../oidc/provider-pages.ts';
import { accountOf } from '../oidc/request-cache.ts';
import { createProviderSession } from '../oidc/sessions.ts';
import { readOptions } from '../plugin/options/schema.ts';
import { assembleSecondFactor } from '../plugin/second-factor.ts';
import { createFindAccount } from '../use-cases/account/find-account.ts';
import { createSelfEnrolment } from '../use-cases/account/self-enrolment.ts';
import { createSelfService } from '../use-cases/account/self-service.ts';
import { createFindVisit } from '../use-cases/account/visit.ts';
import { createSnapshotLoader } from '../use-cases/second-factor/evaluate-policy.ts';
import { createSignIn } from '../use-cases/sign-in/password.ts';
import { createRestatement } from '../use-cases/sign-in/sign-in-records.ts';
import { createSignInTransactions } from '../use-cases/sign-in/transactions.ts';
import { cipherOf } from './keys.ts';
import { noticesOf } from './notices.ts';
import { auditLogOf, type Parts, secretsOf, seedAccounts } from './parts.ts';
import { allowedPrefixesOf } from './senders.ts';

/** Whether the process takes new sign-ins; while it stops it does not. */
export type Readiness = () => Promise<{ ready: true } | { ready: false; reason: string }>;

/** Makes the handler of a configuration. Rejects when it can't be served; a running handler is not touched by that. */
export type Serve = (config: Config) => Promise<Handler>;

/** What a reload must not lose is kept here; everything else is made anew for each configuration. */
export function createServer(parts: Parts, readiness: Readiness): Serve {
  const demoSessions = createDemoSessions(parts.clock);
  return (config) => createHandler(config, parts, readiness, demoSessions);
}

async function createHandler(
  config: Config,
  parts: Parts,
  readiness: Readiness,
  sessions: DemoSessions,
): Promise<Handler> {
  const { stores, hasher, clock, random, logger, metrics, senders } = parts;
  const secrets = secretsOf(config);
  const cipher = await cipherOf(secrets, parts);
  const auditLog = auditLogOf(parts, logger.info);
  await seedAccounts(config, parts, cipher);

  const isDevelopment = config.environment === 'development';
  const isHttps = config.issuer.startsWith('https:');
  const { clientName, clientTenant, clientRule } = namesOf(config.clients);
  const render = createRenderer({ tenants: config.tenants, issuer: config.issuer, clock, isDevelopment });
  const forms = createFormTokens(cipher);
  const knownBrowser = createKnownBrowser({ cipher, random, isHttps });
  const around = [
    wholeRequest,
    requestLog({ log: logger.info, count: metrics.request, clock, random }),
    errorPages({ render, log: logger.error }),
    securityHeaders({ https: isHttps }),
  ];

  const sender = await senders.of(config, cipher);
  const messageWriterOptions = { tenants: config.tenants, issuer: config.issuer, clock };
  const telling = { stores, clock, random, sender, cipher, auditLog, log: logger.warn };
  const { messenger, notify, links, confirmUrl } = noticesOf(config, telling);
  const options = readOptions({
    stores: { durable: stores, shortLived: stores },
    encryption: secrets.encryption,
    cipher,
    account: (id) => stores.accounts.findById(id),
    tenants: config.tenants,
    totp: config.secondFactor.totp,
    messenger,
    notify,
    confirmUrl,
    email: config.secondFactor.email,
    sms: {
      ...config.secondFactor.sms,
      ...config.sms.limits,
      allowedPrefixes: allowedPrefixesOf(config),
    },
    trustedCookieName: 'trusted',
    trustDays: config.secondFactor.trustedDevice.days,
    onContact: (id, contact) =>
      'email' in contact
        ? stores.accounts.confirmEmail(id, contact.email)
        : stores.accounts.setPhone(id, contact.phone),
    basePath: '',
    homeUrl: '/',
    clock,
    random,
    auditLog,
    render,
    log: logger.error,
    clientRule,
    clientName,
  });
  const lock = assembleSecondFactor({
    ...options,
    accountOf,
    issuedLifetimeMs: issuedLifetimeMs(config.session.absoluteHours),
    interactionUrl: (uid) => `/interaction/${uid}`,
    passwordUrl: (uid) => `/interaction/${uid}/sign-in`,
    onSignedIn: (ctx, account) => knownBrowser.remember(ctx, account.email),
  });
  await lock.trustedBrowsers.endWhereForbidden(config.tenants);
  const findAccount = createFindAccount(stores);
  const pages = createProviderPages({ render, clientName, clientTenant });
  const provider = createProvider({
    issuer: config.issuer,
    clients: config.clients,
    cookieKeys: secrets.cookies,
    signingKeys: secrets.signing,
    sessionHours: config.session.absoluteHours,
    stores: { durable: stores.providerDurable, shortLived: stores.providerShortLived },
    cipher,
    findAccount,
    pages,
    clock,
    logger,
    configure: lock.configure,
    readAhead: lock.readAhead,
    middleware: [...around, pages.handOver],
  });
  const session = createProviderSession(provider);
  const loadSnapshot = createSnapshotLoader({ ...stores, tenants: config.tenants });
  const signIn = createSignIn({ ...stores, loadSnapshot, hasher, cipher, auditLog, clock, random });
  const selfService = createSelfService({ ...stores, available: () => lock.available, notify, auditLog });
  const authorization = {
    path: '/auth',
    clientId: OWN_CLIENT,
    redirectUri: `${config.issuer}${OWN_RETURN_PATH}`,
  };
  const findVisit = createFindVisit({ records: stores.records, evaluatePolicy: lock.evaluatePolicy, clock });
  const requireSession = createRequireSession({ session, findVisit, authorization });
  const signInTransactions = createSignInTransactions({ ...stores, clock });
  const selfEnrolment = createSelfEnrolment({ ...stores, recovery: lock.recovery, clock });
  const shared = { session, forms, render, clientName, clientTenant, clock };

  return createApp({
    issuer: config.issuer,
    trustedProxies: config.listen.trustedProxies,
    cookieKeys: secrets.cookies,
    provider,
    around,
    // Those of each sign-in first: a request is held against all that stand before its own.
    areas: [
      lock.routes(provider),
      createSignInRoutes({
        ...shared,
        signIn,
        signInTransactions,
        knownBrowser,
        onward: lock.onward(provider),
      }),
      ...(isDevelopment ? [createDemoRoutes({ ...demoOf(config), sessions, forms, render })] : []),
      createOpsRoutes({
        metrics: config.metrics.port === null ? metrics : null,
        isReady: readiness,
        outbox: stores.outbox,
        samples: { ...messageWriterOptions, write: createMessageWriter(messageWriterOptions) },
        render,
        isDevelopment,
      }),
      createAssetRoutes({ tenants: config.tenants }),
      createLocaleRoutes({ https: isHttps }),
      createMailedRoutes({ links, forms, render }),
      createConsentRoutes({ ...shared, findAccount, clients: config.clients }),
      createAccountRoutes({
        ...shared,
        requireSession,
        restateRecord: createRestatement(stores),
        selfService,
        selfEnrolment,
        enrolment: lock.enrolment,
        recovery: lock.recovery,
        trustedBrowsers: lock.trustedBrowsers,
        maskedDestination: lock.maskedDestination,
        passkeys: lock.passkeys,
      }),
    ],
    home: isDevelopment ? '/demo' : '/account',
  });
}

function namesOf(clients: readonly ClientConfig[]) {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  return {
    clientName: (id: string) =>
      id === OWN_CLIENT ? 'Doublelock' : String(byId.get(id)?.metadata.client_name ?? id),
    clientTenant: (id: string) => byId.get(id)?.tenantId ?? null,
    clientRule: (id: string) => ({ always: byId.get(id)?.secondFactor === 'always', own: id === OWN_CLIENT }),
  };
}

/** The demo's own accounts are no secret; those of any other file are. */
function demoOf({ issuer, clients, accounts, tenants, isBuiltInDemo }: Config) {
  const shown = isBuiltInDemo ? accounts : [];
  return {
    issuer,
    clients,
    accounts: shown.map(({ email, password, tenantId, role, factors }) => {
      const tenant = tenants.find(({ id }) => id === tenantId);
      return {
        email,
        password: password ?? '',
        tenant: tenant?.name ?? tenantId,
        enforcement: tenant?.secondFactor.enforcement ?? 'off',
        isAdministrator: role === 'admin',
        methods: factors.map(({ method }) => method),
      };
    }),
  };
}
