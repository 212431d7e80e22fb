/** Ends a session of the provider by its uid, outside of a request of its browser. */
import type { Adapter } from 'oidc-provider';

/** A request of the browser may give the session a new id at the same time, and then it is looked up again. */
const MOST_TRIES = 5;

export function createSessionEnd(adapterOf: (model: string) => Adapter): (uid: string) => Promise<void> {
  const sessions = adapterOf('Session');

  return async (uid) => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const found = await sessions.findByUid(uid);
      if (!found?.jti) return;
      await sessions.destroy(found.jti);
    }
  };
}
