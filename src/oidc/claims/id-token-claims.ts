/** Chooses the claims of an ID token: those of granted scopes for clients that want them there, else single ones. */
import type { ClaimsByScope } from '../../domain/claims.ts';

/**
 * The library offers every claim of the granted scopes to the ID token (`conformIdTokenClaims: false`). This takes away
 * those that the request did not name itself in its `claims` parameter (OpenID Connect Core 1.0, 5.4).
 *
 * @param requested `claims.id_token` of the request
 */
export function withoutScopeClaims<T extends Readonly<Record<string, unknown>>>(
  claims: T,
  byScope: ClaimsByScope,
  requested: Readonly<Record<string, unknown>>,
): Partial<T> {
  const ofScopes = new Set(Object.values(byScope).flat());
  const kept = Object.entries(claims).filter(
    ([name]) => !ofScopes.has(name) || Object.hasOwn(requested, name),
  );
  return Object.fromEntries(kept) as Partial<T>;
}
