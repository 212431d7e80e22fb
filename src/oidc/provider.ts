/** The only `new Provider`: from our configuration to oidc-provider's, with everything off that is not used. */
import type { Context, Middleware } from 'koa';
import {
  type Client,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import type { ClientConfig } from '../config/shape.ts';
import type { Account } from '../domain/account.ts';
import type { Logger } from '../ports/log.ts';
import type { Cipher, Clock } from '../ports/system.ts';
import type { FindAccount } from '../use-cases/account/find-account.ts';
import { createProviderAdapter, type ProviderStores } from './adapter.ts';
import { CLAIMS_BY_SCOPE, claimsOf } from './claims.ts';
import { createCookieSignatures } from './cookie-signatures.ts';
import { keepOfflineAccess, liftConsent, loadGrant } from './first-party.ts';
import { isPassing, type ProviderPages } from './provider-pages.ts';
import { accountOf, type BeginReading, inRequest, keepAccount, readingAhead } from './request-cache.ts';

interface ProviderDeps {
  readonly issuer: string;
  readonly clients: readonly ClientConfig[];
  readonly cookieKeys: readonly string[];
  readonly signingKeys: readonly Readonly<Record<string, unknown>>[];
  readonly sessionHours: number;
  readonly stores: ProviderStores;
  readonly cipher: Cipher;
  readonly findAccount: FindAccount;
  readonly pages: ProviderPages;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
  /** What the plugin makes of the configuration. */
  readonly configure: (host: Configuration) => Configuration;
  /** Begins to read what a token, or a session, of this account will be judged by. */
  readonly readAhead: (...given: [...Parameters<BeginReading>, account: Promise<unknown>]) => void;
  /** Before everything of the provider's own: logs, headers. */
  readonly middleware: readonly Middleware[];
}

/** The product's own client: its account pages ask for more through the provider, like anybody. */
export const OWN_CLIENT = 'doublelock';
export const OWN_RETURN_PATH = '/account/return';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const TTL = {
  AccessToken: 10 * MINUTE,
  AuthorizationCode: MINUTE,
  IdToken: 10 * MINUTE,
  Interaction: 15 * MINUTE,
  /** From the sign-in, not from the last rotation: a stolen chain ends. */
  RefreshToken: 30 * DAY,
};
/** A browser that is only on its way to a sign-in. */
const ANONYMOUS_SESSION = 60 * MINUTE;

/** Seconds: a store that is away is back soon, or not. */
const RETRY_AFTER = '5';
const RESPONSE_MODES = ['query', 'form_post'];

/** In milliseconds: a session of so many hours, and a refresh token fetched at its very end. */
export function issuedLifetimeMs(sessionHours: number): number {
  return (sessionHours * 60 * MINUTE + TTL.RefreshToken) * 1000;
}

export function createProvider(needs: ProviderDeps): Provider {
  const rules = new Map(needs.clients.map((client) => [client.clientId, client]));
  const isFirstParty = (clientId: string) =>
    clientId === OWN_CLIENT || rules.get(clientId)?.firstParty === true;
  /** Whether the client is of one tenant, and the account of another. */
  const isForeign = ({ tenantId }: Account, clientId: string | undefined) =>
    (rules.get(String(clientId))?.tenantId ?? tenantId) !== tenantId;
  const isHttps = needs.issuer.startsWith('https:');
  const seconds = () => Math.floor(needs.clock.now() / 1000);

  async function readAccount(ctx: KoaContextWithOIDC, id: string): Promise<Account | null> {
    const account = await inRequest(ctx, 'account', id, () => needs.findAccount(id));
    if (account) keepAccount(ctx, account);
    return account;
  }

  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(otherTenant(isForeign));
  liftConsent(policy, isFirstParty);

  const host: Configuration = {
    adapter: readingAhead(
      createProviderAdapter(needs.stores, needs.cipher, needs.clock),
      (ctx, accountId, token) => needs.readAhead(ctx, accountId, token, readAccount(ctx, accountId)),
    ),
    clients: [...needs.clients.map((client) => ({ ...client.metadata })), ownClient(needs.issuer)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: {
      keys: needs.signingKeys.map((key) => ({ ...key })) as NonNullable<Configuration['jwks']>['keys'],
    },
    cookies: {
      keys: createCookieSignatures(needs.cookieKeys),
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
      // Single-page apps are public clients, and call from where they are redirected to.
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
          const account = 'accountId' in token ? await needs.findAccount(token.accountId) : null;
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
        logoutSource: needs.pages.signOut,
        postLogoutSuccessSource: needs.pages.signedOut,
      },
    },
    renderError: needs.pages.error,
    ttl: {
      ...TTL,
      Grant: issuedLifetimeMs(needs.sessionHours) / 1000,
      RefreshToken: (_ctx, token) => Math.max(1, (token.iiat ?? seconds()) + TTL.RefreshToken - seconds()),
      Session: (_ctx, session) => {
        // Computed from the sign-in, since each save would renew it; 0 is a fault in the library.
        const end = session.loginTs
          ? session.loginTs + needs.sessionHours * 60 * MINUTE
          : seconds() + ANONYMOUS_SESSION;
        return Math.max(1, end - seconds());
      },
    },
  };
  const provider = new Provider(needs.issuer, needs.configure(host));
  for (const middleware of needs.middleware) provider.use(middleware);
  provider.use(discoverOurModes);
  answerFaults(provider, needs.logger);
  return provider;
}

/** A resource server is a client with a secret (RFC 7662, 2.1); refresh tokens are not meant for one. */
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

/** A client of one tenant lets nobody else's session in: they sign in again, as somebody who belongs there. */
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

/** Codes in a fragment are for flows that this provider does not have. */
function refuseFragment(_ctx: KoaContextWithOIDC, mode: string | undefined): void {
  if (mode !== undefined && !RESPONSE_MODES.includes(mode)) {
    throw new errors.UnsupportedResponseMode(`response_mode must be ${RESPONSE_MODES.join(' or ')}`);
  }
}

/**
 * Every address that is fetched stands in the operator's own configuration, with private networks and this machine
 * among them: the library's guard against those is for addresses that strangers register.
 */
function fetchUnguarded(input: string | Request | URL, options: RequestInit & { dispatcher?: unknown } = {}) {
  const { dispatcher: _guard, ...plain } = options;
  return fetch(input, plain);
}

/** What the library answers or passes over by itself would else be known to nobody. */
function answerFaults(provider: Provider, { error: failed, warn }: ProviderDeps['logger']): void {
  provider.on('server_error', (ctx, error) => {
    const event = isPassing(error) ? 'request.unavailable' : 'request.failed';
    failed({ event, request_id: String(ctx.state.requestId ?? ''), error });
    // To a relying party the library says 500; the page for people says for itself when to come back.
    if (isPassing(error) && isJson(ctx.body)) sayAway(ctx);
  });
  provider.on('backchannel.error', (_ctx, error, client) => {
    warn({ event: 'sign_out.not_told', client: client.clientId, error });
  });
}

function isJson(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body;
}

/** As RFC 7009, 2.2.1 has it for an endpoint of this kind. */
function sayAway(ctx: KoaContextWithOIDC): void {
  ctx.status = 503;
  ctx.set('Retry-After', RETRY_AFTER);
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: 'the server cannot do this now; try again',
  };
}

/** The library announces the fragment whatever it is configured to do. */
async function discoverOurModes(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  await next();
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  if (oidc?.route === 'discovery')
    Object.assign(ctx.body as object, { response_modes_supported: RESPONSE_MODES });
}
