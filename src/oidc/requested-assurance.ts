/** Reads out of an authorization request how much it wants to be sure. */
import { type Acr, isAcr } from '../domain/policy/acr.ts';
import type { RequestedAssurance } from '../domain/policy/policy.ts';

/** What a client's registration adds to its requests. */
export interface ClientRule {
  /** It takes nobody without a second factor. */
  readonly always: boolean;
  /** It is this product's own client, whose `max_age` asks for a fresh factor and not for a new sign-in. */
  readonly own: boolean;
}

/**
 * `claims.id_token.acr` wins over `acr_values` when it is essential and names values (OIDC Core 5.5.1.1); it is read
 * from the request's own parameter, since the library forgets the mark where both are sent. Values nobody knows are
 * passed over; when none is left, nothing can meet the request.
 */
export function requestedAssuranceOf(
  params: Readonly<Record<string, unknown>>,
  client: ClientRule,
): RequestedAssurance {
  const wanted = essentialAcrs(params.claims) ?? wordsOf(params.acr_values);
  const acrs: readonly Acr[] | null = wanted === null ? null : wanted.filter(isAcr);
  const maxAge = client.own && params.max_age !== undefined ? Number(params.max_age) : Number.NaN;
  return { acrs, always: client.always, freshMs: Number.isFinite(maxAge) ? maxAge * 1000 : null };
}

function wordsOf(value: unknown): string[] | null {
  const words = typeof value === 'string' ? value.split(' ').filter(Boolean) : [];
  return words.length > 0 ? words : null;
}

function essentialAcrs(claims: unknown): string[] | null {
  const acr = member(member(parsed(claims), 'id_token'), 'acr');
  if (member(acr, 'essential') !== true) return null;
  const values = member(acr, 'values');
  const value = member(acr, 'value');
  // A malformed list names nothing that could be met: refused, never taken for "nothing was asked".
  if (values !== undefined)
    return Array.isArray(values) ? values.filter((each) => typeof each === 'string') : [];
  if (value !== undefined) return typeof value === 'string' ? [value] : [];
  return null;
}

function parsed(claims: unknown): unknown {
  if (typeof claims !== 'string') return claims;
  try {
    return JSON.parse(claims);
  } catch {
    return undefined;
  }
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}
