/** The contract for payloads that are stored once. */
import { expect } from 'chai';
import type { DurableProviderStore } from '../../../src/ports/stores.ts';
import { MINUTE, NOW } from '../examples.ts';
import { freshStore, type MakeStore, winners } from '../make-store.ts';

export function insertionContract(name: string, makeStore: MakeStore<DurableProviderStore>): void {
  describe(`${name}: insertion of a payload under a new id`, () => {
    const store = freshStore(makeStore);
    const expiresAt = NOW + MINUTE;
    const insert = (says: unknown) =>
      store().insert('RefreshToken', 'token-1', { grantId: 'grant-1', says }, expiresAt);
    const found = () => store().find('RefreshToken', 'token-1', NOW);

    it('lets one of 50 parallel callers store its payload [A119]', async () => {
      expect(await winners(50, insert)).to.equal(1);
      expect((await found())?.says).to.be.a('number');
    });

    it('changes nothing under an id that is taken, consumed or not [A119]', async () => {
      expect(await insert('first')).to.equal(true);
      expect(await insert('second')).to.equal(false);
      await store().consume('RefreshToken', 'token-1', NOW);
      expect(await insert('third')).to.equal(false);
      expect(await found()).to.deep.equal({ grantId: 'grant-1', says: 'first', consumed: NOW / 1000 });
    });

    it('stores a payload that expires, and that its grant revokes', async () => {
      await insert('first');
      expect(await store().find('RefreshToken', 'token-1', expiresAt)).to.equal(null);
      await store().revokeByGrantId('RefreshToken', 'grant-1');
      expect(await found()).to.equal(null);
    });

    it('keeps models apart', async () => {
      await insert('first');
      expect(await store().insert('Grant', 'token-1', {}, null)).to.equal(true);
    });
  });
}
