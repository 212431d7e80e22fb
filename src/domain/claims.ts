/** The claims that relying parties may receive, by the scope that asks for each (OpenID Connect Core 1.0, 5.4). */
import type { Account, AttributeValue } from './account.ts';
import type { Tenant } from './tenant.ts';

/** The scopes of OpenID Connect, and `groups`. Each gives claims, or a refresh token. */
export const OIDC_SCOPES: readonly string[] = [
  'openid',
  'profile',
  'email',
  'phone',
  'groups',
  'offline_access',
];

const PROFILE = [
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'locale',
  'zoneinfo',
  'updated_at',
  'tenant',
];

const BY_SCOPE: Readonly<Record<string, readonly string[]>> = {
  profile: PROFILE,
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  groups: ['groups', 'roles'],
};

/** Claims of the protocols, which name a token, its time, its parties or the sign-in. */
const PROTOCOL = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'nonce', 'auth_time', 'acr', 'amr', 'sid'],
  ...['at_hash', 'c_hash', 's_hash', 'cnf', 'client_id', 'scope', 'typ', 'events', 'act', 'active'],
  ...['token_type', 'username', '_claim_names', '_claim_sources'],
];

/** Whether the product gives this claim itself, so that an operator may not. */
export function isProductClaim(claim: string): boolean {
  return PROTOCOL.includes(claim) || Object.values(BY_SCOPE).some((claims) => claims.includes(claim));
}

/** A claim from an attribute of the account. */
export interface OwnClaim {
  readonly claim: string;
  readonly attribute: string;
  /** The scope that gives the claim. */
  readonly scope: string;
}

/** The names of claims, by scope. */
export type ClaimsByScope = Readonly<Record<string, readonly string[]>>;

export function claimsByScope(own: readonly OwnClaim[]): ClaimsByScope {
  const scopes = new Set([...Object.keys(BY_SCOPE), ...own.map(({ scope }) => scope)]);
  return Object.fromEntries(
    [...scopes].map((scope) => [
      scope,
      [...(BY_SCOPE[scope] ?? []), ...own.filter((each) => each.scope === scope).map(({ claim }) => claim)],
    ]),
  );
}

/** Every claim of an account. The scopes of a request decide which of them a relying party gets. */
export function claimsOf(
  account: Account,
  tenant: Pick<Tenant, 'locale' | 'timeZone'> | undefined,
  own: readonly OwnClaim[],
): Readonly<Record<string, AttributeValue>> & { readonly sub: string } {
  const claims = {
    name: account.name,
    given_name: account.givenName,
    family_name: account.familyName,
    preferred_username: account.username ?? account.email,
    locale: account.locale ?? tenant?.locale,
    zoneinfo: tenant?.timeZone,
    // Seconds, as every time in a token is (OpenID Connect Core 1.0, 5.1).
    updated_at: Math.floor(account.updatedAt / 1000),
    tenant: account.tenantId,
    email: account.email,
    email_verified: account.emailConfirmed,
    phone_number: account.phone,
    phone_number_verified: account.phone === null ? null : false,
    groups: account.groups,
    roles: [account.role],
    ...Object.fromEntries(own.map(({ claim, attribute }) => [claim, attributeOf(account, attribute)])),
  };
  const given = Object.entries(claims).filter(([, value]) => value !== null && value !== undefined);
  return { ...(Object.fromEntries(given) as Record<string, AttributeValue>), sub: account.id };
}

function attributeOf({ attributes }: Account, name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** The scopes that would have given these claims: a person knows the words of a scope, not of a claim. */
export function scopesTelling(claims: readonly string[], byScope: ClaimsByScope): string[] {
  return Object.entries(byScope)
    .filter(([, given]) => given.some((claim) => claims.includes(claim)))
    .map(([scope]) => scope);
}
