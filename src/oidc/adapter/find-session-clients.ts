/** Finds the clients of a session of the provider by its uid, outside of a request of its browser. It is no use of the session. */
import type { ShortLivedProviderStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import { createPayloadCipher } from './payload-cipher.ts';

const MODEL = 'Session';

/** Null when there is no such session, or nobody is signed in to it. */
export function createFindSessionClients(
  store: Pick<ShortLivedProviderStore, 'findByUid'>,
  cipher: Cipher,
  clock: Clock,
): (sessionUid: string) => Promise<readonly string[] | null> {
  const { opened } = createPayloadCipher(cipher);
  return async (uid) => {
    const session = opened(MODEL, await store.findByUid(MODEL, uid, clock.now()));
    return session?.accountId ? Object.keys(session.authorizations ?? {}) : null;
  };
}
