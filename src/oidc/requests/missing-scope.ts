/** Refuses a request without a scope before anybody signs in: it would end without a grant after the sign-in. */
import { errors } from 'oidc-provider';

/**
 * For `extraParams.scope`, after the scopes of the request are settled.
 *
 * @throws CustomOIDCProviderError `invalid_scope` (RFC 6749, 3.3)
 */
export function refuseMissingScope(scope: unknown): void {
  if (typeof scope !== 'string' || scope.trim() === '')
    throw new errors.CustomOIDCProviderError('invalid_scope', 'scope is missing: send at least scope=openid');
}
