/** The scopes of a request as the client sent them. The library leaves unknown ones out without a word. */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** The scopes of OpenID Connect that this provider knows, and `groups`. */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'phone', 'groups', 'offline_access'];

/** The scopes in the query, the body or the pushed request. */
export function askedScopes({ query, oidc }: KoaContextWithOIDC): readonly string[] {
  const { body, entities } = oidc;
  const asked = [query.scope, body?.scope, pushedScope(entities.PushedAuthorizationRequest?.request)];
  return asked.flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
}

/**
 * For `extraParams.scope`.
 *
 * @throws InvalidScope naming the first unknown scope (RFC 6749, 3.3)
 */
export function refuseUnknownScopes(known: readonly string[]) {
  const all = new Set([...OIDC_SCOPES, ...known]);
  return (ctx: KoaContextWithOIDC): void => {
    const unknown = askedScopes(ctx).find((each) => !all.has(each));
    if (unknown !== undefined) throw new errors.InvalidScope('the scope is unknown to this server', unknown);
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
