/** The claims that relying parties may receive, and the scope that asks for each (OIDC Core 5.4). */
import type { Account } from '../../domain/account.ts';

export const CLAIMS_BY_SCOPE = {
  profile: ['name', 'locale', 'tenant'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
};

export function claimsOf(account: Account) {
  return {
    sub: account.id,
    name: account.name,
    tenant: account.tenantId,
    email: account.email,
    email_verified: account.emailConfirmed,
    ...(account.locale ? { locale: account.locale } : {}),
    ...(account.phone ? { phone_number: account.phone, phone_number_verified: false } : {}),
  };
}

/** The scopes that would have told these claims: a person knows the words of a scope, not of a claim. */
export function scopesTelling(claims: readonly string[]): string[] {
  return Object.entries(CLAIMS_BY_SCOPE)
    .filter(([, told]) => told.some((claim) => claims.includes(claim)))
    .map(([scope]) => scope);
}
