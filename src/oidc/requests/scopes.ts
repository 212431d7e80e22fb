/** Refuses scopes that nobody defines, which the library would leave out without a word. */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** The scopes of OpenID Connect that this provider knows, and `groups`. */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'phone', 'groups', 'offline_access'];

/**
 * For `extraParams.scope`.
 *
 * @throws InvalidScope naming the first unknown scope (RFC 6749, 3.3)
 */
export function refuseUnknownScopes(known: readonly string[]) {
  const all = new Set([...OIDC_SCOPES, ...known]);
  return (_ctx: KoaContextWithOIDC, scope: string | undefined): void => {
    const unknown = scope?.split(' ').find((each) => !all.has(each));
    if (unknown !== undefined) throw new errors.InvalidScope('the scope is unknown to this server', unknown);
  };
}
