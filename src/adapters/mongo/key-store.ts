/** The encryption keys that the accounts store knows, in MongoDB. */
import type { KeyStore } from '../../ports/keys.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models } from './schema/collections.ts';
import { dateOf } from './stored-values.ts';
import { removed } from './writes/removal.ts';

export function createKeyStore({ act }: Connection, { keys }: Models): KeyStore {
  return {
    list: () =>
      act(async () => {
        const found = await keys.find().sort({ addedAt: 1, _id: 1 }).lean();
        return found.map(({ _id, digestKey, addedAt, usedAt }) => ({
          id: _id,
          digestKey,
          addedAt: addedAt.getTime(),
          usedAt: usedAt?.getTime() ?? null,
        }));
      }),
    insert: ({ id, digestKey, addedAt, usedAt }) =>
      act(() =>
        isFirst(keys.insertOne({ _id: id, digestKey, addedAt: new Date(addedAt), usedAt: dateOf(usedAt) })),
      ),
    markUsed: (id, at) =>
      act(async () => {
        await keys.updateOne({ _id: id, usedAt: null }, { $set: { usedAt: new Date(at) } });
      }),
    remove: (id) => act(() => removed(keys, { _id: id })),
  };
}
