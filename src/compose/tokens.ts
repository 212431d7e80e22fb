/** The settings of tokens, for the provider and for the records of sign-ins. */
import type { Config } from '../config/shape.ts';
import type { TokenSettings } from '../oidc/provider.ts';
import { issuedLifetimeMs } from '../oidc/tokens/lifetimes.ts';

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
