/** The user's claims as rows: those of the ID token first, then those that userinfo adds. */
import type { SignedIn } from './sessions.ts';

export interface ShownClaim {
  readonly name: string;
  readonly value: string;
}

/** The claims shown first. The others follow in the order of the token. */
const FIRST = ['sub', 'acr', 'amr', 'auth_time', 'email', 'name', 'tenant'];

export function shownClaims({ idTokenClaims, userInfo }: SignedIn): ShownClaim[] {
  const claims = new Map(Object.entries({ ...userInfo, ...idTokenClaims }));
  const names = new Set([...FIRST.filter((name) => claims.has(name)), ...claims.keys()]);
  return [...names].map((name) => ({ name, value: written(claims.get(name)) }));
}

/** The name by which the page greets its user. */
export function nameOf({ idTokenClaims, userInfo }: SignedIn): string {
  const name = userInfo.name ?? idTokenClaims.name ?? userInfo.email;
  return typeof name === 'string' ? name : idTokenClaims.sub;
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(written).join(' ');
  return JSON.stringify(value);
}
