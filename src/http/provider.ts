/** The only `new Provider`: from our configuration to oidc-provider's, with everything off that is not used. */
import type { Context, Middleware } from 'koa';
import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import type { ClientConfig } from '../config/shape.ts';
import type { Account } from '../domain/account.ts';
import type { AccountStore } from '../ports/stores.ts';
import type { Clock, SecretBox } from '../ports/system.ts';
import { createProviderAdapter, type ProviderStores } from './provider-adapter.ts';
import type { ProviderPages } from './provider-pages.ts';

interface Needs {
  readonly issuer: string;
  readonly clients: readonly ClientConfig[];
  readonly cookieKeys: readonly string[];
  readonly signingKeys: readonly Readonly<Record<string, unknown>>[];
  readonly sessionHours: number;
  readonly stores: ProviderStores;
  readonly box: SecretBox;
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly pages: ProviderPages;
  readonly clock: Clock;
  /** What the plugin makes of the configuration. */
  readonly configure: (host: Configuration) => Configuration;
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
  Grant: 31 * DAY,
  /** From the sign-in, not from the last rotation: a stolen chain ends. */
  RefreshToken: 30 * DAY,
  /** A browser that is only on its way to a sign-in. */
  anonymousSession: 60 * MINUTE,
};

const RESPONSE_MODES = ['query', 'form_post'];

export function createProvider(needs: Needs): Provider {
  const rules = new Map(needs.clients.map((client) => [client.clientId, client]));
  const isFirstParty = (clientId: string) =>
    clientId === OWN_CLIENT || rules.get(clientId)?.firstParty === true;
  const isHttps = needs.issuer.startsWith('https:');
  const seconds = () => Math.floor(needs.clock.now() / 1000);

  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(otherTenant(rules));
  liftConsent(policy, isFirstParty);

  const host: Configuration = {
    adapter: createProviderAdapter(needs.stores, needs.box, needs.clock),
    clients: [...needs.clients.map((client) => ({ ...client.metadata })), ownClient(needs.issuer)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: {
      keys: needs.signingKeys.map((key) => ({ ...key })) as NonNullable<Configuration['jwks']>['keys'],
    },
    cookies: {
      keys: [...needs.cookieKeys],
      names: isHttps
        ? { session: '__Host-session', interaction: '__Secure-interaction', resume: '__Secure-resume' }
        : { session: '_session', interaction: '_interaction', resume: '_resume' },
      long: { httpOnly: true, sameSite: 'lax', secure: isHttps, signed: true },
      short: { httpOnly: true, sameSite: 'lax', secure: isHttps, signed: true },
    },
    scopes: ['openid', 'profile', 'email', 'phone', 'offline_access'],
    claims: {
      profile: ['name', 'locale', 'tenant'],
      email: ['email', 'email_verified'],
      phone: ['phone_number', 'phone_number_verified'],
    },
    responseTypes: ['code', 'none'],
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: async (ctx, sub) => {
      const account = await needs.accounts.findById(sub);
      if (!account) return undefined;
      readAccounts.set(ctx.oidc, account);
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
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: false },
      resourceIndicators: { enabled: false },
      claimsParameter: { enabled: true },
      userinfo: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientAuthMethod !== 'none' },
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
      RefreshToken: (_ctx, token) => Math.max(1, (token.iiat ?? seconds()) + TTL.RefreshToken - seconds()),
      Session: (_ctx, session) => {
        // Computed from the sign-in, since each save would renew it; 0 is a fault in the library.
        const end = session.loginTs
          ? session.loginTs + needs.sessionHours * 60 * MINUTE
          : seconds() + TTL.anonymousSession;
        return Math.max(1, end - seconds());
      },
    },
  };
  const provider = new Provider(needs.issuer, needs.configure(host));
  for (const middleware of needs.middleware) provider.use(middleware);
  provider.use(discoverOurModes);
  return provider;
}

const readAccounts = new WeakMap<object, Account>();

/** The account that `findAccount` has read in this request. */
export function accountOf(ctx: KoaContextWithOIDC): Account | undefined {
  return readAccounts.get(ctx.oidc);
}

function claimsOf(account: Account) {
  return {
    sub: account.id,
    name: account.name,
    tenant: account.tenantId,
    email: account.email,
    email_verified: account.emailConfirmed,
    ...(account.locale ? { locale: account.locale } : {}),
    ...(account.phone ? { phone_number: account.phone, phone_number_verified: false } : {}),
  };
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
function otherTenant(rules: ReadonlyMap<string, ClientConfig>) {
  return new interactionPolicy.Check(
    'other_tenant',
    'the account is not of this tenant',
    'login_required',
    (ctx) => {
      const wanted = rules.get(String(ctx.oidc.client?.clientId))?.tenantId ?? null;
      const account = accountOf(ctx);
      return wanted !== null && account !== undefined && account.tenantId !== wanted;
    },
  );
}

/** First-party clients have no consent page, whatever the scope or the client's type. */
function liftConsent(
  policy: interactionPolicy.DefaultPolicy,
  isFirstParty: (clientId: string) => boolean,
): void {
  for (const check of policy.get('consent')?.checks ?? []) {
    const asked = check.check;
    check.check = (ctx) => (isFirstParty(String(ctx.oidc.client?.clientId)) ? false : asked(ctx));
  }
}

/** The grant of this session and client; a first-party client's is made, or widened, to what it asks for. */
async function loadGrant(ctx: KoaContextWithOIDC, isFirstParty: (clientId: string) => boolean) {
  const { provider, client, session, account, result } = ctx.oidc;
  if (!client || !session || !account) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  const grant = existing?.accountId === account.accountId ? existing : undefined;
  if (!isFirstParty(client.clientId)) return grant;

  const own = grant ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  const encountered = new Set(own.getOIDCScopeEncountered().split(' '));
  const missing = [...ctx.oidc.requestParamOIDCScopes].filter((scope) => !encountered.has(scope));
  const claims = [...ctx.oidc.requestParamClaims];
  if (grant && missing.length === 0 && claims.length === 0) return grant;
  own.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '));
  if (claims.length > 0) own.addOIDCClaims(claims);
  await own.save();
  return own;
}

/** The library drops `offline_access` without a consent prompt; a first-party client has none to show. */
function keepOfflineAccess(isFirstParty: (clientId: string) => boolean) {
  return (ctx: KoaContextWithOIDC, scope: string | undefined) => {
    const { client, params, entities } = ctx.oidc;
    const granted = client && isFirstParty(client.clientId) && client.grantTypeAllowed('refresh_token');
    if (!granted || !params || scope === undefined) return;
    const asked = [
      ctx.query.scope,
      ctx.oidc.body?.scope,
      pushedScope(entities.PushedAuthorizationRequest?.request),
    ];
    const wanted = asked.some(
      (value) => typeof value === 'string' && value.split(' ').includes('offline_access'),
    );
    if (wanted && !scope.split(' ').includes('offline_access')) params.scope = `${scope} offline_access`;
  };
}

/** A pushed request is kept as an unsigned JWT of our own making: only its scope is looked at. */
function pushedScope(request: unknown): unknown {
  if (typeof request !== 'string') return undefined;
  const payload: unknown = JSON.parse(
    Buffer.from(request.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return typeof payload === 'object' && payload !== null && 'scope' in payload ? payload.scope : undefined;
}

/** Codes in a fragment are for flows that this provider does not have. */
function refuseFragment(_ctx: KoaContextWithOIDC, mode: string | undefined): void {
  if (mode !== undefined && !RESPONSE_MODES.includes(mode)) {
    throw new errors.UnsupportedResponseMode(`response_mode must be ${RESPONSE_MODES.join(' or ')}`);
  }
}

/** The library announces the fragment whatever it is configured to do. */
async function discoverOurModes(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  await next();
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  if (oidc?.route === 'discovery')
    Object.assign(ctx.body as object, { response_modes_supported: RESPONSE_MODES });
}
