/** The contract of a store of encryption keys. */
import { expect } from 'chai';
import type { KeyRecord, KeyStore } from '../../src/ports/keys.ts';
import { NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

function aKey(changes: Partial<KeyRecord> = {}): KeyRecord {
  return { id: 'key.1', digestKey: 'sealed', addedAt: NOW, usedAt: null, ...changes };
}

export function keyStoreContract(name: string, makeStore: MakeStore<KeyStore>): void {
  describe(`${name}: key store`, () => {
    const store = freshStore(makeStore);

    it('lists keys as they were inserted, oldest first', async () => {
      expect(await store().list()).to.deep.equal([]);
      const [old, used] = [aKey(), aKey({ id: '2', addedAt: NOW + 1, usedAt: NOW + 2 })];
      expect(await store().insert(used)).to.equal(true);
      expect(await store().insert(old)).to.equal(true);
      expect(await store().list()).to.deep.equal([old, used]);
    });

    it('overwrites no key with another one of the same id [R35]', async () => {
      await store().insert(aKey());
      expect(await store().insert(aKey({ digestKey: 'another', addedAt: NOW + 1 }))).to.equal(false);
      expect(await store().list()).to.deep.equal([aKey()]);
    });

    it('lets one of 50 parallel callers insert', async () => {
      expect(await winners(50, () => store().insert(aKey()))).to.equal(1);
    });

    it('records the first use of a key once', async () => {
      await store().insert(aKey());
      await store().markUsed('key.1', NOW + 1);
      await store().markUsed('key.1', NOW + 2);
      await store().markUsed('unknown', NOW);
      expect(await store().list()).to.deep.equal([aKey({ usedAt: NOW + 1 })]);
    });

    it('lets one of 50 parallel callers remove', async () => {
      await store().insert(aKey());
      expect(await winners(50, () => store().remove('key.1'))).to.equal(1);
    });

    it('leaves nothing of a key that is removed during 50 first uses [R35]', async () => {
      await store().insert(aKey());
      const removed = await together<unknown>(51, (index) =>
        index === 25 ? store().remove('key.1') : store().markUsed('key.1', NOW + index),
      );
      await store().markUsed('key.1', NOW);
      expect([removed[25], await store().list()]).to.deep.equal([true, []]);
    });

    it('removes a key', async () => {
      await store().insert(aKey());
      expect(await store().remove('key.1')).to.equal(true);
      expect(await store().remove('key.1')).to.equal(false);
      expect(await store().list()).to.deep.equal([]);
    });
  });
}
