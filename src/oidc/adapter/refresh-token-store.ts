/** The acts of a rotation on the stored refresh tokens. Each of them is atomic in the store. */
import type { AdapterPayload } from 'oidc-provider';
import type { DurableProviderStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import { createPayloadCipher } from './payload-cipher.ts';

export interface RefreshTokenStore {
  /** The payload, with `consumed` in seconds since the epoch once it was consumed. */
  find(value: string): Promise<AdapterPayload | undefined>;
  /** True for exactly one caller. */
  consume(value: string): Promise<boolean>;
  /** False when the token is stored already; nothing is overwritten. */
  insert(value: string, payload: AdapterPayload, expiresAt: number): Promise<boolean>;
  destroy(value: string): Promise<void>;
}

const MODEL = 'RefreshToken';

export function createRefreshTokenStore(
  store: Pick<DurableProviderStore, 'find' | 'consume' | 'insert' | 'destroy'>,
  cipher: Cipher,
  clock: Clock,
): RefreshTokenStore {
  const { keyOf, sealed, opened } = createPayloadCipher(cipher);
  return {
    find: async (value) => opened(MODEL, await store.find(MODEL, keyOf(MODEL, value), clock.now())),
    consume: (value) => store.consume(MODEL, keyOf(MODEL, value), clock.now()),
    insert: (value, payload, expiresAt) =>
      store.insert(MODEL, keyOf(MODEL, value), sealed(MODEL, payload), expiresAt),
    destroy: async (value) => void (await store.destroy(MODEL, keyOf(MODEL, value))),
  };
}
