/** Once-only keys in MongoDB: the first insert of a key wins. */
import { trusted } from 'mongoose';
import type { OnceStore } from '../../ports/stores.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { Models } from './schema/collections.ts';
import { dateOf } from './stored-values.ts';

export function createOnceStore({ act }: Connection, { claims }: Models): OnceStore {
  const insert = (key: string, value: string, expiresAt: number | null) =>
    isFirst(claims.insertOne({ _id: key, value, expiresAt: dateOf(expiresAt) }));
  const heldBy = async (key: string) => (await claims.findOne({ _id: key }).lean())?.value ?? null;

  /** Inserted first: most keys are new. A key that is forgotten between insert and look can be claimed again. */
  async function first(key: string, value: string, expiresAt: number | null): Promise<string> {
    for (;;) {
      if (await insert(key, value, expiresAt)) return value;
      const held = await heldBy(key);
      if (held !== null) return held;
    }
  }

  return {
    claim: (key, expiresAt) => act(() => insert(key, '', expiresAt)),
    first: (key, value, expiresAt) => act(() => first(key, value, expiresAt)),
    peek: (key) => act(() => heldBy(key)),
    held: (keys) =>
      act(async () => {
        const found = await claims.find({ _id: trusted({ $in: [...keys] }) }, { _id: 1 }).lean();
        return new Set(found.map(({ _id }) => _id));
      }),
  };
}
