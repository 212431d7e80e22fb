/** What the relying party was told about its user, as rows: the ID token first, userinfo where it adds something. */
import type { SignedIn } from './sessions.ts';

export interface ShownClaim {
  readonly name: string;
  readonly value: string;
}

/** What people come to see; the rest follows as it came. */
const FIRST = ['sub', 'acr', 'amr', 'auth_time', 'email', 'name', 'tenant'];

export function shownClaims({ idTokenClaims, userInfo }: SignedIn): ShownClaim[] {
  const claims = new Map(Object.entries({ ...userInfo, ...idTokenClaims }));
  const names = new Set([...FIRST.filter((name) => claims.has(name)), ...claims.keys()]);
  return [...names].map((name) => ({ name, value: written(claims.get(name)) }));
}

/** How the page addresses its user. */
export function nameOf({ idTokenClaims, userInfo }: SignedIn): string {
  const name = userInfo.name ?? idTokenClaims.name ?? userInfo.email;
  return typeof name === 'string' ? name : idTokenClaims.sub;
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(written).join(' ');
  return JSON.stringify(value);
}
