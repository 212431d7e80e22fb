/** Reads the requested assurance out of an authorization request. */
import { type Acr, isAcr } from '../../domain/policy/acr.ts';
import type { RequestedAssurance } from '../../domain/policy/policy.ts';

/** The rules that a client's registration adds to its requests. */
export interface ClientRule {
  /** It requires a second factor of every account. */
  readonly always: boolean;
  /** It is the product's own client. Its `max_age` asks for a fresh factor, not for a new sign-in. */
  readonly own: boolean;
}

/**
 * An essential `claims.id_token.acr` with values wins over `acr_values` (OIDC Core 5.5.1.1). It is read from the request's
 * own parameter, because the library drops the mark when both are sent. Unknown values are ignored. When none is left,
 * no sign-in can meet the request.
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
  // A malformed list names no known level, so the request is refused. It does not count as absent.
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
