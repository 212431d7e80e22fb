/** Lets a DPoP proof and a client assertion count once. The library reads first and writes then, which two may pass. */
import { providerPurpose } from '../../domain/keys.ts';
import type { ShortLivedProviderStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

const MODEL = 'ReplayDetection';

/**
 * The library forgets a proof 300 s after its use, and accepts one dated 300 s ahead for twice as long (RFC 9449, 11.1).
 * Milliseconds.
 */
const DATED_AHEAD_MS = 300_000;

/** True for exactly one caller for each issuer and `jti` until `exp`, in seconds since the epoch. */
export type IsFirstUse = (issuer: string, jti: string, exp: number) => Promise<boolean>;

export function createReplayDetection(
  store: Pick<ShortLivedProviderStore, 'upsert' | 'consume'>,
  cipher: Pick<Cipher, 'digest'>,
  clock: Clock,
): IsFirstUse {
  return async (issuer, jti, exp) => {
    const id = cipher.digest(JSON.stringify([issuer, jti]), providerPurpose(MODEL));
    // A payload stays consumed when another is stored over it, so that the second act alone decides.
    await store.upsert(MODEL, id, {}, exp * 1000 + DATED_AHEAD_MS);
    return store.consume(MODEL, id, clock.now());
  };
}
