/** Creates the server's own provider. Features that the server does not use are off. */
import type { Context, Middleware } from 'koa';
import {
  type Adapter,
  type Client,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import type { CookieSignatures } from '../ports/cookies.ts';
import type { Logger } from '../ports/log.ts';
import type { Clock } from '../ports/system.ts';
import type { FindAccount } from '../use-cases/account/find-account.ts';
import { CLAIMS_BY_SCOPE, claimsOf } from './claims/claims.ts';
import { keepOfflineAccess, liftConsent, loadGrant } from './clients/first-party.ts';
import {
  answerFaults,
  createFixedPageReplacement,
  createPageHooks,
  type ProviderPages,
} from './page-hooks.ts';
import { accountOf, type BeginReading, inRequest, keepAccount, readingAhead } from './request-cache.ts';

/** A relying party and its rules. */
export interface ProviderClient {
  readonly clientId: string;
  /** Client metadata as oidc-provider takes it. */
  readonly metadata: Readonly<Record<string, unknown>> & { readonly client_id: string };
  /** No consent page is shown. */
  readonly firstParty: boolean;
  readonly requirePkce: boolean;
  /** Only members of this tenant may sign in; null: members of every tenant. */
  readonly tenantId: string | null;
}

export interface ProviderSettings {
  readonly issuer: string;
  readonly clients: readonly ProviderClient[];
  readonly signingKeys: readonly Readonly<Record<string, unknown>>[];
  readonly cookieSignatures: CookieSignatures;
  /** Hours from the sign-in to the end of its session. */
  readonly sessionHours: number;
}

interface ProviderDeps {
  readonly settings: ProviderSettings;
  readonly adapter: (model: string) => Adapter;
  readonly findAccount: FindAccount;
  readonly pages: ProviderPages;
  readonly secondFactor: {
    readonly configure: (host: Configuration) => Configuration;
    /** Begins to read the policy input of this account. */
    readonly readAhead: (...given: [...Parameters<BeginReading>, account: Promise<unknown>]) => void;
  };
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
}

/** The product's own client: the account pages ask for a fresh factor through the provider, as every application does. */
export const OWN_CLIENT = 'doublelock';
export const OWN_RETURN_PATH = '/account/return';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const TTL = {
  AccessToken: 10 * MINUTE,
  AuthorizationCode: MINUTE,
  IdToken: 10 * MINUTE,
  Interaction: 15 * MINUTE,
  /** Counted from the sign-in and not from the last rotation, so that a stolen chain ends. */
  RefreshToken: 30 * DAY,
};
/** The lifetime of a session in which nobody has signed in yet. */
const ANONYMOUS_SESSION = 60 * MINUTE;

const RESPONSE_MODES = ['query', 'form_post'];

/** Milliseconds from a sign-in to the end of a refresh token that was issued at the end of its session. */
export function issuedLifetimeMs(sessionHours: number): number {
  return (sessionHours * 60 * MINUTE + TTL.RefreshToken) * 1000;
}

export function createProvider({
  settings,
  adapter,
  findAccount,
  pages,
  secondFactor,
  clock,
  logger,
}: ProviderDeps): Provider {
  const { issuer, clients, sessionHours } = settings;
  const rules = new Map(clients.map((client) => [client.clientId, client]));
  const isFirstParty = (clientId: string) =>
    clientId === OWN_CLIENT || rules.get(clientId)?.firstParty === true;
  /** Whether the client belongs to another tenant than the account. */
  const isForeign = ({ tenantId }: Account, clientId: string | undefined) =>
    (rules.get(String(clientId))?.tenantId ?? tenantId) !== tenantId;
  const isHttps = issuer.startsWith('https:');
  const seconds = () => Math.floor(clock.now() / 1000);

  async function readAccount(ctx: KoaContextWithOIDC, id: string): Promise<Account | null> {
    const account = await inRequest(ctx, 'account', id, () => findAccount(id));
    if (account) keepAccount(ctx, account);
    return account;
  }

  const hooks = createPageHooks(pages);
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(otherTenant(isForeign));
  liftConsent(policy, isFirstParty);

  const host: Configuration = {
    adapter: readingAhead(adapter, (ctx, accountId, token) =>
      secondFactor.readAhead(ctx, accountId, token, readAccount(ctx, accountId)),
    ),
    clients: [...clients.map((client) => ({ ...client.metadata })), ownClient(issuer)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
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
    scopes: ['openid', 'profile', 'email', 'phone', 'offline_access'],
    claims: { ...CLAIMS_BY_SCOPE },
    responseTypes: ['code', 'none'],
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: async (ctx, sub, token) => {
      const account = await readAccount(ctx, sub);
      if (!account || (token && isForeign(account, token.clientId))) return undefined;
      return { accountId: account.id, claims: () => claimsOf(account) };
    },
    loadExistingGrant: (ctx) => loadGrant(ctx, isFirstParty),
    pkce: { required: (_ctx, client) => rules.get(client.clientId)?.requirePkce ?? true },
    rotateRefreshToken: true,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (_ctx, origin, client) => {
      // A single-page app is a public client and calls from the origin of its redirect URI.
      return (
        client.clientAuthMethod === 'none' &&
        (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin)
      );
    },
    extraParams: { scope: keepOfflineAccess(isFirstParty), response_mode: refuseFragment },
    discovery: { ui_locales_supported: ['en', 'nl'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
    fetch: fetchUnguarded,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: false },
      dPoP: { enabled: false },
      resourceIndicators: { enabled: false },
      claimsParameter: { enabled: true },
      userinfo: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => {
          if (!mayAskAbout(client, token)) return false;
          const account = 'accountId' in token ? await findAccount(token.accountId) : null;
          return account !== null && !isForeign(account, token.clientId);
        },
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
      },
      pushedAuthorizationRequests: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: hooks.signOut,
        postLogoutSuccessSource: hooks.signedOut,
      },
    },
    renderError: hooks.error,
    ttl: {
      ...TTL,
      Grant: issuedLifetimeMs(sessionHours) / 1000,
      RefreshToken: (_ctx, token) => Math.max(1, (token.iiat ?? seconds()) + TTL.RefreshToken - seconds()),
      Session: (_ctx, session) => {
        // Counted from the sign-in, because each save renews the lifetime. The library rejects 0.
        const end = session.loginTs
          ? session.loginTs + sessionHours * 60 * MINUTE
          : seconds() + ANONYMOUS_SESSION;
        return Math.max(1, end - seconds());
      },
    },
  };
  const provider = new Provider(issuer, secondFactor.configure(host));
  answerFaults(provider, logger);
  return provider;
}

/** Puts middleware before the provider's own. `around`: request log, error pages, headers. */
export function installMiddleware(
  provider: Provider,
  around: readonly Middleware[],
  pages: ProviderPages,
): void {
  for (const middleware of around) provider.use(middleware);
  provider.use(createFixedPageReplacement(pages));
  provider.use(announceOwnResponseModes);
}

/** A resource server is a client with a secret (RFC 7662, 2.1). It may not introspect refresh tokens. */
function mayAskAbout(
  client: Client,
  token: { readonly kind: string; readonly clientId?: string | undefined },
) {
  if (client.clientAuthMethod === 'none') return false;
  return token.kind !== 'RefreshToken' || token.clientId === client.clientId;
}

function ownClient(issuer: string) {
  return {
    client_id: OWN_CLIENT,
    client_name: 'Doublelock',
    redirect_uris: [`${issuer}${OWN_RETURN_PATH}`],
    response_types: ['none' as const],
    grant_types: [],
    token_endpoint_auth_method: 'none' as const,
  };
}

/** A client of one tenant does not accept a session of another tenant: the person signs in again. */
function otherTenant(isForeign: (account: Account, clientId: string | undefined) => boolean) {
  return new interactionPolicy.Check(
    'other_tenant',
    'the account is not of this tenant',
    'login_required',
    (ctx) => {
      const account = accountOf(ctx);
      return account !== undefined && isForeign(account, ctx.oidc.client?.clientId);
    },
  );
}

/** Response modes with a fragment belong to flows that this provider does not support. */
function refuseFragment(_ctx: KoaContextWithOIDC, mode: string | undefined): void {
  if (mode !== undefined && !RESPONSE_MODES.includes(mode)) {
    throw new errors.UnsupportedResponseMode(`response_mode must be ${RESPONSE_MODES.join(' or ')}`);
  }
}

/**
 * Fetches without the library's guard against private networks. The guard protects from URLs that strangers register;
 * here every URL stands in the operator's configuration.
 */
function fetchUnguarded(input: string | Request | URL, options: RequestInit & { dispatcher?: unknown } = {}) {
  const { dispatcher: _guard, ...plain } = options;
  return fetch(input, plain);
}

/** The library announces the fragment mode regardless of its configuration. */
async function announceOwnResponseModes(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  await next();
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  if (oidc?.route === 'discovery')
    Object.assign(ctx.body as object, { response_modes_supported: RESPONSE_MODES });
}
