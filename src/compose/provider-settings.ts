/** The settings of the provider, and those of its tokens, which the records of sign-ins need too. */
import { createCookieSignatures } from '../adapters/system/cookie-signatures.ts';
import type { Config, Secrets } from '../config/shape.ts';
import type { ProviderSettings, TokenSettings } from '../oidc/provider.ts';
import { NONCE_PURPOSE } from '../oidc/tokens/dpop.ts';
import { issuedLifetimeMs } from '../oidc/tokens/lifetimes.ts';
import type { Cipher } from '../ports/system.ts';

/** In seconds. */
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

export function tokenSettingsOf({
  tokens,
  clients,
  session,
}: Pick<Config, 'tokens' | 'clients' | 'session'>): TokenSettings {
  const lifetimes = { access: tokens.accessMinutes * MINUTE, refresh: tokens.refreshDays * DAY };
  const refresh = [lifetimes.refresh, ...clients.map(({ tokenLifetimes }) => tokenLifetimes.refresh)];
  return {
    lifetimes,
    issuedLifetimeMs: issuedLifetimeMs(session.absoluteHours, refresh),
    refreshOverlapSeconds: tokens.refreshOverlapSeconds,
    idTokenAlgorithm: tokens.idTokenAlgorithm,
  };
}

/** In milliseconds. Null: a session has no idle limit. */
export function idleMsOf({ session }: Pick<Config, 'session'>): number | null {
  return session.idleMinutes === null ? null : session.idleMinutes * MINUTE * 1000;
}

/** The passwords of the built-in demo are public. Those of every other file are secret. */
export function isDemo({
  environment,
  isBuiltInDemo,
}: Pick<Config, 'environment' | 'isBuiltInDemo'>): boolean {
  return environment === 'development' && isBuiltInDemo;
}

export function providerSettingsOf(
  config: Config,
  { signing, cookies }: Pick<Secrets, 'signing' | 'cookies'>,
  cipher: Pick<Cipher, 'digest'>,
): ProviderSettings {
  return {
    issuer: config.issuer,
    clients: config.clients,
    signingKeys: signing,
    cookieSignatures: createCookieSignatures(cookies),
    sessionHours: config.session.absoluteHours,
    tokens: tokenSettingsOf(config),
    ownClaims: config.claims,
    resourceServers: config.resourceServers,
    tenants: config.tenants,
    isDemo: isDemo(config),
    nonceSecret: Buffer.from(cipher.digest('secret', NONCE_PURPOSE), 'base64url'),
  };
}
