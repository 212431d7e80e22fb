/** Composes the plugin from ports and settings. A guest's options and our own server both lead here. */
import type { Context, Middleware } from 'koa';
import type { Configuration, Provider } from 'oidc-provider';
import { systemRequests } from '../adapters/system/requests.ts';
import type { Locale } from '../domain/account.ts';
import type { Tenant } from '../domain/tenant.ts';
import { createAssetRoutes } from '../http/assets/routes.ts';
import type { JoinSession } from '../http/guards/join-session.ts';
import { createTrustedBrowserCookie } from '../http/guards/trusted-browser-cookie.ts';
import { createTypedFields } from '../http/guards/typed-fields.ts';
import { createLocaleRoutes } from '../http/locale/routes.ts';
import { crossSite } from '../http/middleware/cross-site.ts';
import { errorPages } from '../http/middleware/errors.ts';
import { securityHeaders } from '../http/middleware/headers.ts';
import { oneRequest } from '../http/middleware/one-request.ts';
import { type PageLocale, pageLocaleAt } from '../http/pages/locale.ts';
import type { RenderSome, SecondFactorPage } from '../http/pages/page-contract.ts';
import { createRenderer, prepareAnswer } from '../http/pages/render.ts';
import type { Site } from '../http/pages/site.ts';
import type { WayOn } from '../http/pages/way-on.ts';
import type { ClientName } from '../http/second-factor/open-interaction.ts';
import { isRouted } from '../http/server/known-paths.ts';
import { createMounted, type MountedPages } from '../http/server/mount.ts';
import { hostName } from '../oidc/session/own-cookie.ts';
import { clientNameOf } from '../oidc/session/provider-session.ts';
import type { Log } from '../ports/log.ts';
import type { Clock } from '../ports/system.ts';
import {
  createSecondFactorArea,
  type Onward,
  type OwnSignIn,
  type ProviderRules,
  type SecondFactorArea,
} from './area.ts';
import type { KnownIssuer } from './issuer.ts';
import { ownedUnder } from './owned-paths.ts';
import {
  composeUseCases,
  type SecondFactorPorts,
  type SecondFactorSettings,
  type SecondFactorUseCases,
} from './use-cases.ts';

export interface PluginPages {
  /** The path at which the provider and the pages are mounted, without a trailing slash. */
  readonly basePath: (issuer: string) => string;
  /** The link of the error page to a place to start again; null: none. */
  readonly homeUrl: string | null;
  /** The host's own way to draw the pages; null: ours. */
  readonly render: RenderSome<SecondFactorPage> | null;
  /** The language of the pages that `render` draws. Default: the account's own, or its tenant's. */
  readonly pageLocale?: PageLocale | undefined;
  /** Null: the name with which the client was registered. */
  readonly clientName: ClientName | null;
  /** The links of the error page for a sign-in that has ended. Default: none but home. */
  readonly wayOn?: WayOn | undefined;
  readonly trustedCookieName: string;
  /** A folder with one view for each page of a method that the catalogue adds, named like the page. */
  readonly addedViews?: URL | undefined;
}

export interface PluginParts {
  readonly ports: SecondFactorPorts;
  readonly settings: Omit<SecondFactorSettings, 'passkeySite'>;
  readonly rules: ProviderRules;
  readonly pages: PluginPages;
  /** Null: the host's login page ends its interaction, as usual. */
  readonly ownSignIn: OwnSignIn | null;
  readonly issuer: KnownIssuer;
  readonly log: Log;
}

export interface Plugin {
  configure(host: Configuration): Configuration;
  routes(provider: Provider): MountedPages;
  onward(provider: Provider): Onward;
  joinSession(provider: Provider): JoinSession;
  readonly readAhead: SecondFactorArea['readAhead'];
  readonly useCases: SecondFactorUseCases;
}

export function composePlugin({
  ports,
  settings,
  rules,
  pages,
  ownSignIn,
  issuer,
  log,
}: PluginParts): Plugin {
  const { clock } = ports;
  const { tenants, refreshTenants, methods, catalogue, smsLimits, trustDays, confirmUrl, takesPasses } =
    settings;
  const useCases = composeUseCases(ports, {
    tenants,
    refreshTenants,
    methods,
    catalogue,
    smsLimits,
    takesPasses,
    trustDays,
    confirmUrl,
    passkeySite: issuer.passkeySite,
  });
  const area = createSecondFactorArea({
    useCases,
    ports,
    rules,
    ownSignIn,
    trust: { cookie: createTrustedBrowserCookie(pages.trustedCookieName, trustDays), days: trustDays },
    basePath: pages.basePath,
    log,
  });
  const namesOf = (provider: Provider) => pages.clientName ?? clientNameOf(provider);

  function siteOf({ issuer }: Provider): Site {
    const cookie = hostName('second-factor-locale', { isSecure: issuer.startsWith('https:') });
    return { root: `${pages.basePath(issuer)}/second-factor`, localeCookie: () => cookie, hasHelp: false };
  }

  function pageLocaleOf(provider: Provider): PageLocale {
    return pages.render ? (pages.pageLocale ?? accountLocale) : pageLocaleAt(siteOf(provider));
  }

  function routes(provider: Provider): MountedPages {
    // Without our configuration the provider would never lead anybody to the pages.
    if (!area.isConfigured())
      throw new TypeError('routes() is for a provider that was made with what configure() gives');
    issuer.set(provider.issuer);
    const { origin, protocol } = new URL(provider.issuer);
    const base = pages.basePath(provider.issuer);
    const https = protocol === 'https:';
    const site = siteOf(provider);
    const typedFields = createTypedFields({
      cipher: ports.cipher,
      clock,
      isHttps: https,
      name: 'second-factor-typed',
    });
    const render = drawing(
      pages.render ??
        createRenderer({
          tenants,
          issuer: provider.issuer,
          clock,
          isDevelopment: false,
          site,
          typedFields,
          addedViews: pages.addedViews,
        }),
      tenants,
      clock,
    );
    const ofSecondFactor = area.routes(provider, {
      render,
      clientName: namesOf(provider),
      pageLocale: pageLocaleOf(provider),
      home: pages.homeUrl,
    });
    // A host that draws the pages has styles and languages of its own.
    const shared = pages.render
      ? []
      : [createAssetRoutes({ tenants, site }), createLocaleRoutes({ https, site, typedFields })];
    const knows = (path: string) => isRouted([ofSecondFactor, ...shared], path);
    const formsLeadAway = [`${base}/interaction`, site.root];
    return createMounted({
      owns: ownedUnder(base, pages.render ? null : site.root),
      knows,
      pages: [
        oneRequest(systemRequests, ports.random),
        errorPages({ render, log, home: pages.homeUrl, wayOn: pages.wayOn }),
        securityHeaders({ https: false, formsLeadAway }),
        crossSite({ origin, isKnown: knows }),
        ofSecondFactor.routes() as Middleware,
        ...shared.map((each) => each.routes() as Middleware),
      ],
      trust: provider,
    });
  }

  return {
    configure: area.configure,
    routes,
    onward: (provider) =>
      area.onward(provider, { clientName: namesOf(provider), pageLocale: pageLocaleOf(provider) }),
    joinSession: area.joinSession,
    readAhead: area.readAhead,
    useCases,
  };
}

/** A host that draws the pages does not tell their language. */
function accountLocale(_: Context, { chosen, tenant }: Parameters<PageLocale>[1]): Locale {
  return chosen ?? tenant?.locale ?? 'en';
}

/** Sets status and cache rules, and shows the brand of the only tenant on pages that belong to no tenant. */
function drawing(
  render: RenderSome<SecondFactorPage>,
  tenants: readonly Tenant[],
  clock: Clock,
): RenderSome<SecondFactorPage> {
  const only = tenants.length === 1 ? tenants[0]?.id : undefined;
  return (ctx, page, model, pageContext = {}) => {
    const context = { ...pageContext, tenantId: pageContext.tenantId ?? only ?? null };
    prepareAnswer(ctx, context, clock.now());
    return render(ctx, page, model, context);
  };
}
