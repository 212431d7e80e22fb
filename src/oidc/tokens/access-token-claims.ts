/** The claims of access tokens about their user, beside those of the sign-in. */
import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../../domain/account.ts';
import { accountOf } from '../request-cache.ts';

/** In access tokens and at introspection, where the scope `groups` was granted (RFC 9068, 2.2.3.1). */
export function groupClaims({ groups, role }: Pick<Account, 'groups' | 'role'>) {
  return { groups: [...groups], roles: [role] };
}

/** For `extraTokenClaims`. The scope of a token for an API names none of OpenID Connect, so the granted ones count. */
export function groupsOnDemand(ctx: KoaContextWithOIDC, token: AccessToken | ClientCredentials) {
  const { authorizationCode, refreshToken, deviceCode, params, grant } = ctx.oidc;
  const source = authorizationCode ?? refreshToken ?? deviceCode;
  const account = accountOf(ctx);
  if (token.kind !== 'AccessToken' || !source || !grant || !account) return {};
  // A refresh may ask for less than was granted (RFC 6749, 6).
  const asked = typeof params?.scope === 'string' ? params.scope.split(' ') : [...source.scopes];
  return grant.getOIDCScopeFiltered(asked).split(' ').includes('groups') ? groupClaims(account) : {};
}
