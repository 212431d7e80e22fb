/** The scopes of a request as the client sent them. The library leaves out without a word what it can't grant. */
import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ClientRules, ResourceServer } from '../clients/client-rules.ts';

/** The scopes of OpenID Connect that this provider knows, and `groups`. */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'phone', 'groups', 'offline_access'];

/** The scopes in the query or the body. A pushed request has its own alone, because a browser can change the others. */
export function askedScopes({ query, oidc }: KoaContextWithOIDC): readonly string[] {
  const { body, entities } = oidc;
  const pushed = entities.PushedAuthorizationRequest;
  const asked = pushed ? [pushedScope(pushed.request)] : [query.scope, body?.scope];
  return asked.flatMap((value) => (typeof value === 'string' ? value.split(' ').filter(Boolean) : []));
}

/** The scopes of a request, and the APIs that it names. */
export interface Asked {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
}

export type RefuseScopes = (client: Client, asked: Asked) => void;

/**
 * @throws InvalidScope naming the first scope that nobody defines, that the client may not ask for, or whose API the
 * request does not name (RFC 6749, 3.3; RFC 8707, 2)
 */
export function createScopeRule(
  servers: readonly ResourceServer[],
  rules: Pick<ClientRules, 'of'>,
): RefuseScopes {
  const known = new Set([...OIDC_SCOPES, ...servers.flatMap(({ scopes }) => scopes)]);
  return (client, { scopes, resources }) => {
    const allowed = rules.of(client.clientId)?.scopes ?? null;
    const named = servers.filter(({ identifier }) => resources.includes(identifier));
    for (const one of scopes) {
      if (!known.has(one)) throw new errors.InvalidScope('the scope is unknown to this server', one);
      if (allowed?.includes(one) === false)
        throw new errors.InvalidScope('the client may not ask for this scope', one);
      if (!OIDC_SCOPES.includes(one) && !named.some((server) => server.scopes.includes(one)))
        throw new errors.InvalidScope('this is a scope of an API: name the API in resource', one);
    }
  };
}

/** For `extraParams.scope`. */
export function refuseAskedScopes(refuse: RefuseScopes) {
  return (ctx: KoaContextWithOIDC, client: Client): void =>
    refuse(client, { scopes: askedScopes(ctx), resources: Object.keys(ctx.oidc.resourceServers ?? {}) });
}

/** The scopes of APIs that a consent is about, by API: what the library tells of its Check `rs_scopes_missing`. */
export function missingApiScopes({
  missingResourceScopes: missing,
}: Readonly<Record<string, unknown>>): [api: string, scopes: string[]][] {
  return typeof missing === 'object' && missing !== null
    ? Object.entries(missing).map(([api, scopes]) => [api, Array.isArray(scopes) ? scopes.map(String) : []])
    : [];
}

/** A pushed request is kept as an unsigned JWT of our own making: only its scope is looked at. */
function pushedScope(request: unknown): unknown {
  if (typeof request !== 'string') return undefined;
  const payload: unknown = JSON.parse(
    Buffer.from(request.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return typeof payload === 'object' && payload !== null && 'scope' in payload ? payload.scope : undefined;
}
