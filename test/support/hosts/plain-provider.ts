/** A plain oidc-provider beside the demo's relying parties, whose interactions end by themselves. */
import { generateKeyPairSync } from 'node:crypto';
import Koa from 'koa';
import { type Configuration, type JWK, Provider } from 'oidc-provider';
import { openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { ClientConfig } from '../../../src/config/shape.ts';
import { createDemoRoutes } from '../../../src/http/demo/routes.ts';
import { createDemoSessions } from '../../../src/http/demo/sessions.ts';
import { createFormTokens } from '../../../src/http/guards/forms.ts';
import { createRenderer } from '../../../src/http/pages/render.ts';
import { startServer } from '../../../src/http/server/lifecycle.ts';
import { createProviderAdapter } from '../../../src/oidc/adapter/adapter.ts';
import { LOOPBACK } from '../process/raw-request.ts';
import { makeDataDir, removeDataDir } from '../stores/embedded.ts';
import { createSettableClock, type SettableClock } from '../time/clock.ts';

/** How the provider behaves from now on. */
export interface Mood {
  /** The error with which the next interaction ends. */
  error: string | null;
  accountIsGone: boolean;
  /** It hangs up on whoever asks for its metadata. */
  isAway: boolean;
  /** The claim that userinfo gives. */
  name: string;
  /** The prompts of the interactions that ended well. */
  readonly endings: string[];
}

export interface PlainProvider {
  readonly origin: string;
  readonly mood: Mood;
  readonly clock: SettableClock;
  /** The query of every authorization request, in order. */
  readonly asked: URLSearchParams[];
  close(): Promise<void>;
}

export const MFA = 'https://refeds.org/profile/mfa';
const START = Date.UTC(2026, 0, 1);

export async function startPlainProvider(
  changes: Readonly<Record<string, unknown>> = {},
): Promise<PlainProvider> {
  const server = await startServer({ handler: () => {}, host: LOOPBACK, port: 0, log: () => {} });
  const origin = `http://${LOOPBACK}:${server.port}`;
  const clients = [
    client(origin, 'demo', { client_name: 'Demo', ...changes }),
    client(origin, 'demo-two', { client_name: 'Demo Two' }, true),
  ];
  const mood: Mood = { error: null, accountIsGone: false, isAway: false, name: 'Bob', endings: [] };
  const asked: URLSearchParams[] = [];
  const clock = createSettableClock(START);
  const dataDir = makeDataDir();
  const stores = openEmbedded({ dataDir });
  const { providerDurable: durable, providerShortLived: shortLived } = stores;
  const cipher = createCipher([{ id: 'test', key: 'a key of the tests, long enough to be one' }]);
  const adapter = createProviderAdapter({ durable, shortLived }, cipher, systemClock);
  const provider = createProvider({ issuer: origin, clients, mood, adapter });

  const demo = new Koa();
  demo.silent = true;
  demo.use(
    createDemoRoutes({
      issuer: origin,
      clients,
      resourceServers: [],
      clock,
      accounts: [
        {
          id: '1',
          email: 'bob@acme.test',
          password: 'correct horse',
          tenant: 'Acme',
          enforcement: 'optional',
          isAdministrator: true,
          methods: ['totp'],
        },
      ],
      sessions: createDemoSessions(clock),
      forms: createFormTokens({ digest: (value) => Buffer.from(value).toString('base64url') }),
      render: createRenderer({ tenants: [], issuer: origin, clock, isDevelopment: true }),
    }).routes(),
  );
  demo.use(async (ctx) => {
    if (!ctx.path.startsWith('/interaction/')) return;
    await endInteraction(provider, ctx, mood);
    ctx.respond = false;
  });

  const ofDemo = demo.callback();
  const ofProvider = provider.callback();
  await server.swap((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    if (mood.isAway && url.pathname.startsWith('/.well-known/')) return response.destroy();
    if (url.pathname === '/auth') asked.push(url.searchParams);
    const isDemo = /^\/(?:demo|interaction)/.test(url.pathname);
    return isDemo ? ofDemo(request, response) : ofProvider(request, response);
  });
  return {
    origin,
    mood,
    clock,
    asked,
    async close() {
      await server.stop({ deadlineMs: 0 });
      stores.close();
      removeDataDir(dataDir);
    },
  };
}

function client(
  origin: string,
  id: string,
  changes: Readonly<Record<string, unknown>>,
  firstParty = false,
): ClientConfig {
  return {
    clientId: id,
    metadata: {
      client_id: id,
      client_secret: `${id} and: a secret + 32 characters/`,
      redirect_uris: [`${origin}/${id}/callback`],
      post_logout_redirect_uris: [`${origin}/demo`],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
      ...changes,
    },
    firstParty,
    requirePkce: true,
    claimsInIdToken: false,
    scopes: null,
    rotateRefreshTokens: true,
    refreshTokens: 'offline',
    tokenLifetimes: { access: 600, refresh: 30 * 24 * 3600 },
    profile: null,
    assertionAudience: 'issuer',
    secondFactor: 'tenant',
    tenantId: null,
  };
}

interface ProviderNeeds {
  readonly issuer: string;
  readonly clients: readonly ClientConfig[];
  readonly mood: Mood;
  readonly adapter: Configuration['adapter'];
}

function createProvider({ issuer, clients, mood, adapter }: ProviderNeeds): Provider {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' } as JWK;
  return new Provider(issuer, {
    adapter,
    clients: clients.map(({ metadata }) => metadata),
    jwks: { keys: [key] },
    cookies: { keys: ['for this test'] },
    acrValues: [MFA],
    claims: { openid: ['sub', 'acr', 'amr'], email: ['email'], profile: ['name', 'tenant'] },
    scopes: ['openid', 'email', 'profile', 'phone', 'offline_access'],
    findAccount: (_ctx, sub) =>
      mood.accountIsGone
        ? undefined
        : {
            accountId: sub,
            claims: () => ({ sub, email: 'bob@acme.test', name: mood.name, tenant: 'acme' }),
          },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    ttl: { Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600, IdToken: 600, RefreshToken: 3600 },
  });
}

async function endInteraction(provider: Provider, ctx: Koa.Context, mood: Mood): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  if (mood.error) {
    const ending = { error: mood.error, error_description: 'because <b>it</b> said so' };
    return provider.interactionFinished(ctx.req, ctx.res, ending);
  }
  mood.endings.push(prompt.name);
  if (prompt.name === 'login') {
    const login = { accountId: 'account-1', acr: MFA, amr: ['pwd', 'otp', 'mfa'] };
    return provider.interactionFinished(ctx.req, ctx.res, { login });
  }
  const known = grantId ? await provider.Grant.find(grantId) : undefined;
  const grant =
    known ??
    new provider.Grant({ accountId: String(session?.accountId), clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope));
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
}
