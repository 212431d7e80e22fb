/** The contract for payloads that take the place of an earlier one, and never of a destroyed one. */
import { expect } from 'chai';
import type { DurableProviderStore } from '../../../src/ports/stores.ts';
import { MINUTE, NOW } from '../examples.ts';
import { freshStore, type MakeStore, together } from '../make-store.ts';

export function updateContract(name: string, makeStore: MakeStore<DurableProviderStore>): void {
  describe(`${name}: update of a payload under its id`, () => {
    const store = freshStore(makeStore);
    const expiresAt = NOW + MINUTE;
    const update = (says: unknown, until: number | null = expiresAt) =>
      store().update('Grant', 'grant-1', { says }, until);
    const found = () => store().find('Grant', 'grant-1', NOW);

    it('replaces a payload and its expiry', async () => {
      await store().upsert('Grant', 'grant-1', { says: 'first' }, expiresAt);
      expect(await update('second', expiresAt + MINUTE)).to.equal(true);
      expect(await store().find('Grant', 'grant-1', expiresAt)).to.deep.equal({ says: 'second' });
      expect(await store().find('Grant', 'grant-1', expiresAt + MINUTE)).to.equal(null);
    });

    it('stores nothing under an id that is unknown, or of another model', async () => {
      expect(await update('first')).to.equal(false);
      await store().upsert('RefreshToken', 'grant-1', { says: 'other' }, expiresAt);
      expect(await update('second')).to.equal(false);
      expect(await found()).to.equal(null);
      expect(await store().find('RefreshToken', 'grant-1', NOW)).to.deep.equal({ says: 'other' });
    });

    it('keeps a consumed payload consumed', async () => {
      await store().upsert('RefreshToken', 'token-1', { says: 'first' }, expiresAt);
      await store().consume('RefreshToken', 'token-1', NOW);
      expect(await store().update('RefreshToken', 'token-1', { says: 'second' }, expiresAt)).to.equal(true);
      expect(await store().find('RefreshToken', 'token-1', NOW)).to.deep.equal({
        says: 'second',
        consumed: NOW / 1000,
      });
    });

    it('leaves nothing of a payload that is destroyed during 50 updates [A46]', async () => {
      await store().upsert('Grant', 'grant-1', { says: 'first' }, expiresAt);
      const destroyed = await together<boolean>(51, (index) =>
        index === 25 ? store().destroy('Grant', 'grant-1') : update(index),
      );
      expect([destroyed[25], await found()]).to.deep.equal([true, null]);
      expect([await update('late'), await found()]).to.deep.equal([false, null]);
    });

    it('leaves nothing of a payload whose grant is revoked during 50 updates [A46]', async () => {
      const token = { grantId: 'grant-1' };
      await store().upsert('RefreshToken', 'token-1', token, expiresAt);
      await together<unknown>(51, (index) =>
        index === 25
          ? store().revokeByGrantId('RefreshToken', 'grant-1')
          : store().update('RefreshToken', 'token-1', { ...token, says: index }, expiresAt),
      );
      expect(await store().find('RefreshToken', 'token-1', NOW)).to.equal(null);
    });
  });
}
