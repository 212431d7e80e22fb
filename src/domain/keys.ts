/** Keys: their ids, their states in a rotation, and the time when an older one may be removed. */
import { createHash } from 'node:crypto';

export const KEY_USES = ['encryption', 'cookies', 'signing'] as const;
export type KeyUse = (typeof KEY_USES)[number];

/**
 * A `next` key is listed and not used yet, so that every instance and every relying party knows it before its
 * first use. An `older` key was used, and stays until its values are gone. `listed` is one of these two.
 */
export type KeyState = 'current' | 'next' | 'older' | 'listed';

export interface Key {
  readonly use: KeyUse;
  readonly id: string;
  /**
   * The first key of a family is the one in use. Signing keys have the families `ES256` and `RS256`; other
   * families are named after their use.
   */
  readonly family: string;
  readonly state: KeyState;
  /** Milliseconds since the epoch. Null when it is not known. */
  readonly madeAt: number | null;
  /** The time of its first use. Null when it is not known, or there was none. */
  readonly usedAt: number | null;
}

/** When a key was made, and when it came into use (milliseconds since the epoch). Null before that. */
export interface KeyHistory {
  readonly made: number;
  readonly used: number | null;
}

type Jwk = Readonly<Record<string, unknown>>;

/** RFC 7638, 3: the digest of the required members, in lexicographic order and without white space. */
export function thumbprint(jwk: Jwk): string {
  const required = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter((name) => name in jwk);
  const canonical = JSON.stringify(Object.fromEntries(required.map((name) => [name, jwk[name]])));
  return createHash('sha256').update(canonical).digest('base64url');
}

export function signingKeyId(jwk: Jwk): string {
  return typeof jwk.kid === 'string' ? jwk.kid : thumbprint(jwk);
}

/** RFC 7518, 3.1: the algorithm that a key of this kind serves here. */
export function signingFamily({ kty }: Jwk): string {
  return kty === 'RSA' ? 'RS256' : 'ES256';
}

/** A cookie key has no name of its own. 48 bits of a digest of 256 random bits reveal nothing. */
export function cookieKeyId(key: string): string {
  return createHash('sha256').update(`cookie key ${key}`).digest('hex').slice(0, 12);
}

/** The encryption purpose of a provider's record, and the digest purpose of its id. */
export function providerPurpose(model: string): string {
  return `provider|${model}`;
}

/** The purpose under which the key of digests is encrypted, once per encryption key. */
export function digestKeyPurpose(keyId: string): string {
  return `digest-key|${keyId}`;
}

/** Milliseconds: allows for the last instance that reloads, and for differences between clocks. */
const LATE_MS = 60 * 60 * 1000;

/** The reason why a key must stay. Null when it may be removed. */
export type Hindrance =
  | { readonly kind: 'current' }
  | { readonly kind: 'records'; readonly count: number }
  /** Sessions and links in mails, which nothing counts. They have expired by then. */
  | { readonly kind: 'issued'; readonly until: number };

export interface KeyUsage {
  readonly state: KeyState;
  /** The number of values in the accounts store that are encrypted under it. */
  readonly records: number;
  /** The time when its successor came into use. Null when it is not known. */
  readonly replacedAt: number | null;
}

/** `lifetimeMs` is the longest lifetime of a value that the key protects outside the store. */
export function hindranceOf(
  { state, records, replacedAt }: KeyUsage,
  lifetimeMs: number,
  now: number,
): Hindrance | null {
  if (state === 'current') return { kind: 'current' };
  if (records > 0) return { kind: 'records', count: records };
  const until = (replacedAt ?? 0) + lifetimeMs + LATE_MS;
  return state === 'next' || until <= now ? null : { kind: 'issued', until };
}

/** The newest unused key of the family. Undefined when there is none. */
export function nextOf(family: readonly Key[]): Key | undefined {
  return family
    .filter(({ state }) => state === 'next')
    .toSorted((a, b) => (a.madeAt ?? 0) - (b.madeAt ?? 0))
    .at(-1);
}

/** The keys of a use in their listed order, with their history. */
export function withStates(
  use: KeyUse,
  ids: readonly { readonly id: string; readonly family: string }[],
  history: Readonly<Record<string, KeyHistory>>,
): Key[] {
  return ids.map(({ id, family }) => {
    const { made = null, used = null } = history[id] ?? {};
    const isFirst = ids.find((other) => other.family === family)?.id === id;
    // The first keys predate the history, and have been in use since.
    const state = isFirst ? 'current' : made !== null && used === null ? 'next' : 'older';
    return { use, id, family, state, madeAt: made, usedAt: used };
  });
}
