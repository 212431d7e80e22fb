/** Creates the server's own provider. Features that the server does not use are off. */
import type { Middleware } from 'koa';
import {
  type Adapter,
  type Configuration,
  interactionPolicy,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import { claimsByScope, claimsOf, OIDC_SCOPES, type OwnClaim } from '../domain/claims.ts';
import type { ClientSettings, ResourceServer } from '../domain/client.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { CookieSignatures } from '../ports/cookies.ts';
import type { Log, Logger } from '../ports/log.ts';
import type { OutboundFetch } from '../ports/outbound.ts';
import type { Cipher, Clock } from '../ports/system.ts';
import type { FindAccount } from '../use-cases/account/find-account.ts';
import type { DeviceCodes } from '../use-cases/device/device-codes.ts';
import type { ReplayedFamilies } from '../use-cases/sign-in/replayed-families.ts';
import type { SessionClients } from '../use-cases/sign-in/session-clients.ts';
import type { RefreshTokenStore } from './adapter/refresh-token-store.ts';
import type { IsFirstUse } from './adapter/replay-detection.ts';
import { withoutScopeClaims } from './claims/id-token-claims.ts';
import { withoutLoginUri } from './clients/application-link.ts';
import { createAssertionRule } from './clients/client-assertions.ts';
import { createClientRules } from './clients/client-rules.ts';
import { isOwnOrigin, refuseOpaqueOrigin } from './clients/cors.ts';
import { keepOfflineAccess, liftConsent, loadGrant } from './clients/first-party.ts';
import { otherTenant } from './clients/other-tenant.ts';
import { ownClient } from './clients/own-client.ts';
import { createPkceRule } from './clients/pkce.ts';
import { createDeviceAdapter } from './device/device-adapter.ts';
import { createDeviceFlow } from './device/device-flow.ts';
import { keepZeroMaxAge, otherAccount } from './device/request-rules.ts';
import { createFeatures } from './features.ts';
import {
  answerFaults,
  createFixedPageReplacement,
  createPageHooks,
  dropTypeOfNothing,
  type ProviderPages,
} from './page-hooks.ts';
import { accountOf, type BeginReading, inRequest, keepAccount, readingAhead } from './request-cache.ts';
import { logRequestFailures } from './request-failures.ts';
import { createStartCounter, type StartCounting } from './requests/counted-starts.ts';
import { demoParameters } from './requests/demo-account.ts';
import { providerWithFormPost } from './requests/form-post.ts';
import { refuseMissingScope } from './requests/missing-scope.ts';
import { createSignOutSize, refuseOversize } from './requests/parameter-sizes.ts';
import { announceOwnResponseModes, refuseFragment } from './requests/response-modes.ts';
import {
  apiNotAllowed,
  createClaimRule,
  createScopeRule,
  keepAllowedScopes,
  refuseAskedScopes,
} from './requests/scopes.ts';
import { anotherAccountChosen, createSelectAccountPrompt } from './requests/select-account.ts';
import { notingClients } from './session/back-channel-logout.ts';
import { createHintedSignOut } from './session/hinted-sign-out.ts';
import { groupsOnDemand } from './tokens/access-token-claims.ts';
import { createLifetimes } from './tokens/lifetimes.ts';
import { createRefreshRotation, providerWithRotation } from './tokens/refresh-rotation.ts';
import { createResourceIndicators } from './tokens/resources.ts';
import { createSessionBinding } from './tokens/session-bound.ts';
import { createTokenFamilies } from './tokens/token-families.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly clients: readonly ClientSettings[];
  readonly signingKeys: readonly Readonly<Record<string, unknown>>[];
  readonly cookieSignatures: CookieSignatures;
  /** Hours from the sign-in to the end of its session. */
  readonly sessionHours: number;
  readonly tokens: TokenSettings;
  readonly ownClaims: readonly OwnClaim[];
  readonly resourceServers: readonly ResourceServer[];
  readonly tenants: readonly Tenant[];
  /** For the nonces of DPoP: 32 bytes, the same on all instances. */
  readonly nonceSecret: Buffer;
  /** Whether this is the built-in demo, in development. */
  readonly isDemo: boolean;
}

export interface TokenSettings {
  /** The lifetimes for clients without their own, in seconds. */
  readonly lifetimes: ClientSettings['tokenLifetimes'];
  /** Milliseconds for which anything issued from a sign-in may live. */
  readonly issuedLifetimeMs: number;
  /** Seconds for which the predecessor of a rotated refresh token still answers. */
  readonly refreshOverlapSeconds: number;
  /** The algorithm of ID tokens of clients that name none. */
  readonly idTokenAlgorithm: 'RS256' | 'ES256';
}

interface ProviderDeps {
  readonly settings: ProviderSettings;
  readonly adapter: (model: string) => Adapter;
  readonly refresh: {
    readonly tokens: RefreshTokenStore;
    readonly replayedFamilies: Pick<ReplayedFamilies, 'end'>;
  };
  readonly isFirstUse: IsFirstUse;
  readonly sessionClients: Pick<SessionClients, 'note'>;
  /** For the requests of the library: keys of clients, and back-channel logout. */
  readonly fetch: OutboundFetch;
  readonly findAccount: FindAccount;
  readonly pages: ProviderPages;
  readonly deviceCodes: DeviceCodes;
  readonly startCounting: StartCounting;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly secondFactor: {
    readonly configure: (host: Configuration) => Configuration;
    /** Begins to read the policy input of this account. */
    readonly readAhead: (...given: [...Parameters<BeginReading>, account: Promise<unknown>]) => void;
  };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
}

export function createProvider({
  settings,
  adapter,
  refresh,
  isFirstUse,
  sessionClients,
  fetch,
  findAccount,
  pages,
  deviceCodes,
  startCounting,
  cipher,
  secondFactor,
  clock,
  logger,
}: ProviderDeps): Provider {
  const { issuer, clients, sessionHours, tokens, ownClaims } = settings;
  const rules = createClientRules(clients);
  const tenants = new Map(settings.tenants.map((tenant) => [tenant.id, tenant]));
  const byScope = claimsByScope(ownClaims);
  const refuseScopes = createScopeRule(settings.resourceServers, rules);
  const refuseAsked = refuseAskedScopes(refuseScopes);
  const resourceIndicators = createResourceIndicators({
    servers: settings.resourceServers,
    rules,
    refuseScopes,
  });
  const keepOffline = keepOfflineAccess(rules.isFirstParty);
  const isHttps = issuer.startsWith('https:');

  async function readAccount(ctx: KoaContextWithOIDC, id: string): Promise<Account | null> {
    const account = await inRequest(ctx, 'account', id, () => findAccount(id));
    if (account) keepAccount(ctx, account);
    return account;
  }

  const ttl = createLifetimes({
    rules,
    usual: tokens.lifetimes,
    sessionHours,
    issuedMs: tokens.issuedLifetimeMs,
    clock,
  });
  const families = createTokenFamilies({ rules, cipher });
  const rotation = createRefreshRotation({
    rules,
    tokens: refresh.tokens,
    families,
    replayedFamilies: refresh.replayedFamilies,
    overlapSeconds: tokens.refreshOverlapSeconds,
    lifetimeOf: ttl.RefreshToken,
    clock,
  });

  const hooks = createPageHooks(pages);
  const device = createDeviceFlow({ pages, showError: hooks.error, deviceCodes, accountOf, cipher });
  const policy = interactionPolicy.base();
  for (const check of [otherTenant(rules), otherAccount(), anotherAccountChosen()])
    policy.get('login')?.checks.add(check);
  policy.add(createSelectAccountPrompt(), 1);
  policy.get('consent')?.checks.add(apiNotAllowed());
  liftConsent(policy, rules.isFirstParty);

  const startCounter = createStartCounter(startCounting);
  const host: Configuration = {
    adapter: readingAhead(
      startCounter.around(
        createDeviceAdapter(notingClients(rotation.around(adapter), sessionClients), cipher),
      ),
      (ctx, accountId, token) => secondFactor.readAhead(ctx, accountId, token, readAccount(ctx, accountId)),
    ),
    clients: [...clients.map(({ metadata }) => withoutLoginUri(metadata)), ownClient(issuer)],
    clientDefaults: { id_token_signed_response_alg: tokens.idTokenAlgorithm },
    jwks: {
      keys: settings.signingKeys.map((key) => ({ ...key })) as NonNullable<Configuration['jwks']>['keys'],
    },
    cookies: {
      keys: settings.cookieSignatures,
      names: isHttps
        ? { session: '__Host-session', interaction: '__Secure-interaction', resume: '__Secure-resume' }
        : { session: '_session', interaction: '_interaction', resume: '_resume' },
      long: { httpOnly: true, sameSite: 'lax', secure: isHttps, signed: true },
      short: { httpOnly: true, sameSite: 'lax', secure: isHttps, signed: true },
    },
    scopes: [...OIDC_SCOPES],
    claims: Object.fromEntries(Object.entries(byScope).map(([scope, claims]) => [scope, [...claims]])),
    // The account decides for each client which claims stand in the ID token.
    conformIdTokenClaims: false,
    responseTypes: ['code', 'none'],
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: async (ctx, sub, token) => {
      const account = await readAccount(ctx, sub);
      if (!account || (token && rules.isForeign(account, token.clientId))) return undefined;
      return {
        accountId: account.id,
        claims: (use, _scope, requested) => {
          const claims = claimsOf(account, tenants.get(account.tenantId), ownClaims);
          if (use !== 'id_token' || rules.of(ctx.oidc.client?.clientId)?.claimsInIdToken) return claims;
          return { ...withoutScopeClaims(claims, byScope, requested), sub: account.id };
        },
      };
    },
    extraTokenClaims: groupsOnDemand,
    loadExistingGrant: (ctx) => loadGrant(ctx, rules.isFirstParty),
    pkce: { required: createPkceRule(rules) },
    rotateRefreshToken: (ctx) => {
      keepAllowedScopes(ctx, rules);
      return rotation.refuseReplay(ctx);
    },
    ...createSessionBinding(rules),
    allowOmittingSingleRegisteredRedirectUri: false,
    assertJwtClientAuthClaimsAndHeader: createAssertionRule({ issuer, rules, clock }),
    clientBasedCORS: isOwnOrigin,
    extraParams: {
      ...demoParameters(settings.isDemo),
      scope: (ctx, scope, client) => {
        refuseOversize(ctx);
        refuseAsked(ctx, client);
        keepOffline(ctx, scope);
        refuseMissingScope(ctx.oidc.params?.scope);
      },
      response_mode: refuseFragment,
      max_age: keepZeroMaxAge,
    },
    discovery: {
      ui_locales_supported: ['en', 'nl'],
      prompt_values_supported: [
        'none',
        ...policy.filter((prompt) => prompt.requestable).map(({ name }) => name),
      ],
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
    fetch,
    features: createFeatures({
      findAccount,
      rules,
      hooks,
      nonceSecret: settings.nonceSecret,
      resourceIndicators,
      refuseClaims: createClaimRule(byScope, rules),
      deviceFlow: device.features,
    }),
    renderError: hooks.error,
    ttl,
  };
  const OwnProvider = providerWithRotation(providerWithFormPost(pages.formPost), rotation.settle);
  const provider = new OwnProvider(issuer, secondFactor.configure(host));
  families.nameIn(provider);
  provider.ReplayDetection.unique = startCounter.beforeProof(isFirstUse);
  provider.on('interaction.started', device.begun);
  answerFaults(provider, logger);
  logRequestFailures(provider, { log: logger.warn, clock });
  return provider;
}

/** Puts middleware before the provider's own. `around`: request log, error pages, headers. */
export function installMiddleware(
  provider: Provider,
  around: readonly Middleware[],
  pages: ProviderPages,
  clients: readonly ClientSettings[],
  log: Log,
): void {
  for (const middleware of around) provider.use(middleware);
  provider.use(dropTypeOfNothing);
  provider.use(createSignOutSize({ pages, log }));
  provider.use(refuseOpaqueOrigin);
  provider.use(createFixedPageReplacement(pages));
  provider.use(announceOwnResponseModes);
  provider.use(createHintedSignOut(provider, createClientRules(clients)));
}
