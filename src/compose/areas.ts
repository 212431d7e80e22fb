/** The areas of the server. A request is compared with the routes of each area before its own, so the sign-in is first. */
import type { Config } from '../config/shape.ts';
import type { Account } from '../domain/account.ts';
import { claimsByScope } from '../domain/claims.ts';
import { passkeySiteOf } from '../domain/methods/webauthn.ts';
import { enforcementFor, type Tenant } from '../domain/tenant.ts';
import { accountArea } from '../http/account/area.ts';
import { wellKnownArea } from '../http/account/well-known.ts';
import { adminArea } from '../http/admin/area.ts';
import { assetsArea } from '../http/assets/area.ts';
import { consentArea } from '../http/consent/area.ts';
import { demoArea } from '../http/demo/area.ts';
import type { DemoRoutesDeps } from '../http/demo/routes.ts';
import { deviceArea } from '../http/device/area.ts';
import { emailLinksArea } from '../http/email-links/area.ts';
import { createLocaleKeeper } from '../http/guards/locale-cookie.ts';
import { helpArea } from '../http/help/area.ts';
import { invitationArea } from '../http/invitation/area.ts';
import { localeArea } from '../http/locale/area.ts';
import { oidcArea } from '../http/oidc-pages/area.ts';
import { opsArea } from '../http/ops/area.ts';
import { ownPageLocale } from '../http/pages/locale.ts';
import { passwordResetArea } from '../http/password-reset/area.ts';
import { secondFactorArea } from '../http/second-factor/area.ts';
import type { Area } from '../http/server/area.ts';
import { signInArea } from '../http/sign-in/area.ts';
import { createMessageWriter } from '../messages/templates.ts';
import { createFindVisit } from '../use-cases/account/visit.ts';
import type { Server } from './composition.ts';
import { consoleOf } from './console/console.ts';
import { isDemo } from './provider-settings.ts';
import { languageChoiceOf } from './second-factor.ts';

export function createAreas(server: Server): readonly Area[] {
  const { config, parts, readiness, demoSessions, plugin, provider, session, useCases, guards } = server;
  const { render, clients, deviceState, providerPages } = server;
  const { stores, clock, metrics } = parts;
  const { issuer, tenants } = config;
  const {
    enrolment,
    recovery,
    passkeys,
    passkeySignIn,
    signInTransactions,
    trustedBrowsers,
    maskedDestination,
  } = plugin.useCases;
  const { signIn, findAccount, restateRecord, own, links } = useCases;
  const { passwords, passwordChange, passwordReset, forgottenPassword } = useCases;
  const { ownDetails, ownSessions, emailChange, emailProof, emailRestoration } = useCases;
  const { tickets, resetLinks, acceptance } = useCases;
  const { forms, knownBrowser, requireSession, typedFields, visitCookie } = guards;
  const { nameOf: clientName, tenantOf: clientTenant } = clients;
  const isDevelopment = config.environment === 'development';
  const demoAccounts = demoAccountsOf(config);
  const findVisit = createFindVisit(plugin.useCases.findSufficientSession);
  const keepForAccount = languageChoiceOf(config, parts).keeperOf({ session, findVisit });

  return [
    secondFactorArea({ routes: plugin.routes(provider) }),
    signInArea({
      session,
      signIn,
      passkeySignIn,
      findAccount,
      signInTransactions,
      tickets,
      visitCookie,
      forms,
      knownBrowser,
      demoAccount: (id) => demoAccounts.find((account) => account.id === id) ?? null,
      render,
      clientName,
      clientTenant,
      joinSession: plugin.joinSession(provider),
      onward: plugin.onward(provider),
    }),
    oidcArea({ provider, pages: providerPages, log: parts.logger.warn }),
    wellKnownArea({ issuer, hasPasskeys: passkeySiteOf(issuer) !== null }),
    deviceArea({
      deviceState,
      findAccount,
      clients: config.clients,
      issuer,
      render,
      clientName,
      clientTenant,
    }),
    ...(isDevelopment
      ? [
          demoArea({
            issuer,
            clients: config.clients,
            resourceServers: config.resourceServers,
            accounts: demoAccounts,
            sessions: demoSessions,
            forms,
            render,
            clock,
          }),
        ]
      : []),
    opsArea({
      metrics: config.metrics.port === null ? metrics : null,
      isReady: readiness,
      outbox: stores.outbox,
      samples: { tenants, issuer, clock, write: createMessageWriter({ tenants, issuer, clock }) },
      render,
      isDevelopment,
    }),
    assetsArea({ tenants }),
    localeArea({ https: issuer.startsWith('https:'), typedFields, keepForAccount }),
    helpArea({ render }),
    emailLinksArea({
      links,
      resetLinks,
      visitCookie,
      isOffered: isOfferedBy(tenants),
      issuer,
      emailChange,
      ownDetails,
      emailRestoration,
      passwords,
      knownBrowser,
      forms,
      render,
    }),
    passwordResetArea({
      forgottenPassword,
      passwordReset,
      passwords,
      knownBrowser,
      wayOn: server.wayOn,
      pageLocale: ownPageLocale,
      forms,
      render,
    }),
    invitationArea({ acceptance, visitCookie, tenants, issuer, clientName, forms, render }),
    consentArea({
      session,
      findAccount,
      clients: config.clients,
      claimsByScope: claimsByScope(config.claims),
      resourceServers: config.resourceServers,
      forms,
      render,
      clientName,
      clientTenant,
    }),
    adminArea(consoleOf(server), guards.requireAdministrator),
    accountArea({
      session,
      requireSession,
      selfService: own.selfService,
      factorChanges: own.factorChanges,
      findLastUses: own.findLastUses,
      enrolment,
      recovery,
      passkeys,
      trustedBrowsers,
      maskedDestination,
      restateRecord,
      selfEnrolment: own.selfEnrolment,
      passwords,
      passwordChange,
      knownBrowser,
      ownDetails,
      ownSessions,
      emailChange,
      emailProof,
      keepPageLocale: createLocaleKeeper({ https: issuer.startsWith('https:') }),
      forms,
      render,
      pageLocale: ownPageLocale,
      applicationLink: clients.linkOf,
      clock,
    }),
  ];
}

/** Whether the tenant of an account offers it a second factor. */
function isOfferedBy(tenants: readonly Tenant[]) {
  return (account: Account): boolean => {
    const tenant = tenants.find(({ id }) => id === account.tenantId);
    return tenant !== undefined && enforcementFor(tenant.secondFactor, account) !== 'off';
  };
}

/** Empty with any other configuration than the built-in demo. */
function demoAccountsOf(config: Config): DemoRoutesDeps['accounts'] {
  const { accounts, tenants } = config;
  const shown = isDemo(config) ? accounts : [];
  return shown.map(({ email, password, tenantId, role, factors }, index) => {
    const tenant = tenants.find(({ id }) => id === tenantId);
    return {
      id: String(index + 1),
      email,
      password: password ?? '',
      tenant: tenant?.name ?? tenantId,
      enforcement: tenant?.secondFactor.enforcement ?? 'off',
      isAdministrator: role === 'admin',
      methods: factors.map(({ method }) => method),
    };
  });
}
