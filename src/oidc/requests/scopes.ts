/** The scopes of a request as the client sent them. The library leaves out without a word what it can't grant. */
import {
  type ClaimsParameter,
  type Client,
  errors,
  type Grant,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { type ClaimsByScope, OIDC_SCOPES, scopesTelling } from '../../domain/claims.ts';
import type { ResourceServer } from '../../domain/client.ts';
import type { ClientRules } from '../clients/client-rules.ts';

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

/**
 * For a refresh: a configuration that has taken a scope from the client takes it from its refresh tokens too.
 *
 * @throws InvalidScope when the request asks for such a scope
 */
export function keepAllowedScopes({ oidc }: KoaContextWithOIDC, rules: Pick<ClientRules, 'of'>): void {
  const { client, params, entities } = oidc;
  const allowed = rules.of(client?.clientId)?.scopes;
  const token = entities.RefreshToken;
  if (!allowed || !token) return;
  const asked = typeof params?.scope === 'string' ? params.scope.split(' ') : [];
  const refused = asked.find((scope) => !allowed.includes(scope));
  if (refused !== undefined) throw new errors.InvalidScope('the client may not ask for this scope', refused);
  token.scope = [...token.scopes].filter((scope) => allowed.includes(scope)).join(' ');
}

/** For `extraParams.scope`. */
export function refuseAskedScopes(refuse: RefuseScopes) {
  return (ctx: KoaContextWithOIDC, client: Client): void =>
    refuse(client, { scopes: askedScopes(ctx), resources: Object.keys(ctx.oidc.resourceServers ?? {}) });
}

/** The scopes of APIs that a consent is about, by API: what the library tells of its Check `rs_scopes_missing`. */
function missingApiScopes({
  missingResourceScopes: missing,
}: Readonly<Record<string, unknown>>): [api: string, scopes: string[]][] {
  return typeof missing === 'object' && missing !== null
    ? Object.entries(missing).map(([api, scopes]) => [api, Array.isArray(scopes) ? scopes.map(String) : []])
    : [];
}

/**
 * For `claimsParameter.assertClaimsParameter`. A claim that a request names itself counts as its scope.
 *
 * @throws InvalidRequest naming a claim that only scopes give for which the client may not ask
 */
export function createClaimRule(byScope: ClaimsByScope, rules: Pick<ClientRules, 'of'>) {
  return (_ctx: KoaContextWithOIDC, asked: ClaimsParameter, { clientId }: Client): void => {
    const allowed = rules.of(clientId)?.scopes;
    if (!allowed) return;
    const names = [asked.id_token, asked.userinfo].flatMap((part) => Object.keys(part ?? {}));
    const refused = names.find((name) => {
      const telling = scopesTelling([name], byScope);
      return telling.length > 0 && !telling.some((scope) => allowed.includes(scope));
    });
    if (refused !== undefined)
      throw new errors.InvalidRequest('claims names a claim of a scope for which the client may not ask');
  };
}

/**
 * Marks in a grant that the person allowed the client to use an API, with or without scopes of it. No API has a scope of
 * that name, so the mark gets into no token.
 */
const ALLOWED = 'openid';

/** The APIs that a request names and the person has not allowed yet. The library asks for their scopes alone. */
function apisNotAllowed({ resourceServers, grant }: KoaContextWithOIDC['oidc']): string[] {
  return Object.keys(resourceServers ?? {}).filter((api) => grant?.getResourceScope(api) === '');
}

/** For the `consent` prompt. A token for an API tells it who the person is, even without a scope. */
export function apiNotAllowed() {
  return new interactionPolicy.Check(
    'api_not_allowed',
    'the person has not allowed the application to use the API',
    'consent_required',
    ({ oidc }) => apisNotAllowed(oidc).length > 0,
    ({ oidc }) => ({ apisNotAllowed: apisNotAllowed(oidc) }),
  );
}

/** Notes in a grant what the person has allowed: the APIs, and the scopes of them. */
export function allowApis(grant: Grant, details: Readonly<Record<string, unknown>>): void {
  const { apisNotAllowed: apis } = details;
  for (const api of Array.isArray(apis) ? apis.map(String) : []) grant.addResourceScope(api, ALLOWED);
  for (const [api, scopes] of missingApiScopes(details)) grant.addResourceScope(api, scopes);
}

/** A pushed request is kept as an unsigned JWT of our own making: only its scope is looked at. */
function pushedScope(request: unknown): unknown {
  if (typeof request !== 'string') return undefined;
  const payload: unknown = JSON.parse(
    Buffer.from(request.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return typeof payload === 'object' && payload !== null && 'scope' in payload ? payload.scope : undefined;
}
