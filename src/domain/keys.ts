/** What can be said of keys: their ids, which of them is in use, what a rotation does next, and when an older one may go. */
import { createHash } from 'node:crypto';

export const KEY_USES = ['encryption', 'cookies', 'signing'] as const;
export type KeyUse = (typeof KEY_USES)[number];

/**
 * `next` is listed and not used yet, so that every instance can read with it, and every relying party has seen it,
 * before it is; `older` was used, and is read until what was made with it is gone; `listed` is one of these two.
 */
export type KeyState = 'current' | 'next' | 'older' | 'listed';

export interface Key {
  readonly use: KeyUse;
  readonly id: string;
  /** The first of a family is the one in use: `ES256` and `RS256` of signing keys, else the use itself. */
  readonly family: string;
  readonly state: KeyState;
  /** Milliseconds since the epoch; null: not known. */
  readonly madeAt: number | null;
  /** Since when it was in use; null: not known, or not yet. */
  readonly usedAt: number | null;
}

/** When a key was made, and when it came into use (milliseconds since the epoch); null: not yet. */
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

/** A cookie key has no name of its own. 48 bits of a digest of 256 random ones tell nothing of them. */
export function cookieKeyId(key: string): string {
  return createHash('sha256').update(`cookie key ${key}`).digest('hex').slice(0, 12);
}

/** What a record of the provider is sealed for, and its id digested. */
export function providerPurpose(model: string): string {
  return `provider|${model}`;
}

/** What the key of digests is sealed for, under each encryption key in turn. */
export function digestKeyPurpose(keyId: string): string {
  return `digest-key|${keyId}`;
}

/** In milliseconds: some instance reloads last, and its clock is its own. */
const LATE_MS = 60 * 60 * 1000;

/** Why a key must stay; null: it may go. */
export type Hindrance =
  | { readonly kind: 'current' }
  | { readonly kind: 'records'; readonly count: number }
  /** Sessions, and links in mails: they are counted nowhere, and have ended by then. */
  | { readonly kind: 'issued'; readonly until: number };

export interface KeyStanding {
  readonly state: KeyState;
  /** In the accounts store, sealed under it. */
  readonly records: number;
  /** When the key that took its place came into use; null: not known. */
  readonly replacedAt: number | null;
}

/** `lifetimeMs`: of whatever is issued with such a key, and kept by those who have it. */
export function hindranceOf(
  { state, records, replacedAt }: KeyStanding,
  lifetimeMs: number,
  now: number,
): Hindrance | null {
  if (state === 'current') return { kind: 'current' };
  if (records > 0) return { kind: 'records', count: records };
  const until = (replacedAt ?? 0) + lifetimeMs + LATE_MS;
  return state === 'next' || until <= now ? null : { kind: 'issued', until };
}

/** The newest of the family that is not in use yet; undefined: there is none. */
export function nextOf(family: readonly Key[]): Key | undefined {
  return family
    .filter(({ state }) => state === 'next')
    .toSorted((a, b) => (a.madeAt ?? 0) - (b.madeAt ?? 0))
    .at(-1);
}

/** The keys of a use in the order in which they are listed, with what is known of them. */
export function withStates(
  use: KeyUse,
  ids: readonly { readonly id: string; readonly family: string }[],
  history: Readonly<Record<string, KeyHistory>>,
): Key[] {
  return ids.map(({ id, family }) => {
    const { made = null, used = null } = history[id] ?? {};
    const isFirst = ids.find((other) => other.family === family)?.id === id;
    // The first ones of all were made before anybody wrote down when, and in use since.
    const state = isFirst ? 'current' : made !== null && used === null ? 'next' : 'older';
    return { use, id, family, state, madeAt: made, usedAt: used };
  });
}
