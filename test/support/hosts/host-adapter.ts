/** The model store of a host's own oidc-provider: a map, which outlives a restart of the provider. */
import type { Adapter, AdapterPayload } from 'oidc-provider';

export type AdapterFactory = (model: string) => Adapter;

export function createHostAdapter(): AdapterFactory {
  const kept = new Map<string, AdapterPayload>();

  function firstOf(model: string, isIt: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    return [...kept].find(([key, payload]) => key.startsWith(`${model}:`) && isIt(payload))?.[1];
  }

  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    return {
      async upsert(id, payload) {
        kept.set(keyOf(id), payload);
      },
      find: async (id) => kept.get(keyOf(id)),
      findByUid: async (uid) => firstOf(model, (payload) => payload.uid === uid),
      findByUserCode: async (userCode) => firstOf(model, (payload) => payload.userCode === userCode),
      async consume(id) {
        const payload = kept.get(keyOf(id));
        if (payload) kept.set(keyOf(id), { ...payload, consumed: 1 });
      },
      async destroy(id) {
        kept.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const [key, payload] of kept) {
          if (key.startsWith(`${model}:`) && payload.grantId === grantId) kept.delete(key);
        }
      },
    };
  };
}
