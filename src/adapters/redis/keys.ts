/** The names of keys in Redis, and their lifetimes. */
import type { Clock } from '../../ports/system.ts';

export type KeyOf = (kind: string, tag: string, rest?: string) => string;

/**
 * `dl:attempts:{account-1}:sign-in`. The text between the first braces decides where a cluster keeps the key
 * (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags), so that a tag has no brace of its own.
 */
export function createKeys(prefix: string): KeyOf {
  return (kind, tag, rest) => {
    const key = `${prefix}${kind}:{${tag.replace(/[%}]/g, encodeURIComponent)}}`;
    return rest === undefined ? key : `${key}:${rest}`;
  };
}

/** In milliseconds: how much longer the server keeps what has expired, since its clock and ours are never one. */
export const KEPT_LONGER_MS = 60_000;

/**
 * In milliseconds from now: when the server may forget it by itself. That only tidies up: whether something has
 * expired is judged by the `now` of whoever asks.
 */
export function lifetimeOf(expiresAt: number, clock: Clock): number {
  return Math.max(0, Math.ceil(expiresAt - clock.now())) + KEPT_LONGER_MS;
}
