/** Builds a relying party: its metadata for oidc-provider, and our own rules with `auto` resolved. */

import { OIDC_SCOPES } from '../../domain/claims.ts';
import { ownClientShape } from '../schema/client.ts';
import type { ConfigFile } from '../schema/file.ts';
import type { ClientConfig } from '../shape.ts';

/** In seconds. */
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

export function clientOf(client: ConfigFile['clients'][number], { tokens }: ConfigFile): ClientConfig {
  const standard = Object.entries(client).filter(
    ([key, value]) => !(key in ownClientShape) && value !== undefined,
  );
  const isFapi = client.profile === 'fapi2';
  const method =
    client.token_endpoint_auth_method ??
    (isFapi ? 'private_key_jwt' : client.client_secret === undefined ? 'none' : 'client_secret_basic');
  const isPublic = method === 'none';
  const usesCode = client.grant_types.includes('authorization_code');
  const lifetimes = client.token_lifetimes;
  const scopes = client.scope?.split(' ') ?? null;
  // oidc-provider knows those of OpenID Connect alone, and refuses a client that lists another.
  const ofOidc = scopes?.filter((scope) => OIDC_SCOPES.includes(scope)).join(' ');
  const choices = { rotate: client.rotate_refresh_tokens, refresh: client.refresh_tokens };
  return {
    clientId: client.client_id,
    metadata: {
      // FAPI 2.0 Security Profile, 5.4.1: not RS256.
      id_token_signed_response_alg: isFapi ? 'ES256' : tokens.id_token_signed_response_alg,
      response_types: usesCode ? ['code'] : [],
      ...Object.fromEntries(standard.filter(([key]) => key !== 'scope')),
      ...(ofOidc ? { scope: ofOidc } : {}),
      token_endpoint_auth_method: method,
      ...(isFapi ? FAPI2 : {}),
      client_id: client.client_id,
    },
    firstParty: client.first_party,
    requirePkce: isFapi || client.require_pkce,
    claimsInIdToken: client.claims_in_id_token,
    scopes,
    rotateRefreshTokens: choices.rotate === 'auto' ? isPublic : choices.rotate,
    refreshTokens:
      choices.refresh === 'auto' ? (client.first_party ? 'session' : 'offline') : choices.refresh,
    tokenLifetimes: {
      access: (lifetimes.access_minutes ?? tokens.access_minutes) * MINUTE,
      refresh: (lifetimes.refresh_days ?? tokens.refresh_days) * DAY,
    },
    profile: client.profile,
    assertionAudience: client.client_assertion_audience,
    secondFactor: client.second_factor,
    tenantId: client.tenant,
  };
}

/** FAPI 2.0 Security Profile, 5.3.2.1 and 5.3.2.2. */
const FAPI2 = { require_pushed_authorization_requests: true, dpop_bound_access_tokens: true };
