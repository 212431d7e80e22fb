/** Notes the applications that get a refresh token which outlives its session, beside the token and in no round trip of its own. */
import type { Adapter } from 'oidc-provider';

type AdapterOf = (model: string) => Adapter;

export function notingOfflineClients(
  adapterOf: AdapterOf,
  note: (sessionUid: string, clientId: string) => Promise<void>,
): AdapterOf {
  return (model) => {
    const adapter = adapterOf(model);
    if (model !== 'RefreshToken') return adapter;
    return {
      ...adapter,
      async upsert(id, payload, expiresIn) {
        const { sessionUid, clientId, expiresWithSession } = payload;
        const outlives = sessionUid !== undefined && clientId !== undefined && !expiresWithSession;
        await Promise.all([
          adapter.upsert(id, payload, expiresIn),
          outlives ? note(sessionUid, clientId) : null,
        ]);
      },
    };
  };
}
