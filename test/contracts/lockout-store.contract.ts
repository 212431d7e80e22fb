/** The contract of a lockout store. */
import { expect } from 'chai';
import type { LockoutStore } from '../../src/ports/stores.ts';
import { MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

const NOTHING = { lockedUntil: 0, level: 0, failures: {} };

export function lockoutStoreContract(name: string, makeStore: MakeStore<LockoutStore>): void {
  describe(`${name}: lockout store`, () => {
    const store = freshStore(makeStore);

    it('gives zeroes for a subject without failures', async () => {
      expect(await store().read('account-1')).to.deep.equal(NOTHING);
    });

    it('counts failures in a row by subject and by bucket', async () => {
      expect(await store().addFailure('account-1', 'totp', NOW)).to.equal(1);
      expect(await store().addFailure('account-1', 'totp', NOW + 1)).to.equal(2);
      expect(await store().addFailure('account-1', 'sms', NOW + 2)).to.equal(1);
      expect(await store().addFailure('account-2', 'totp', NOW + 3)).to.equal(1);
      expect(await store().read('account-1')).to.deep.equal({ ...NOTHING, failures: { totp: 2, sms: 1 } });
    });

    it('counts each of 50 parallel failures [A20]', async () => {
      const numbers = await together(50, () => store().addFailure('account-1', 'totp', NOW));
      expect(numbers.sort((a, b) => a - b)).to.deep.equal(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
    });

    it('raises a lock and its level independently, and never lowers them', async () => {
      await store().lock('account-1', NOW + MINUTE, 1, null);
      expect(await store().read('account-1')).to.deep.equal({
        ...NOTHING,
        lockedUntil: NOW + MINUTE,
        level: 1,
      });
      await store().lock('account-1', NOW, 2, null);
      expect(await store().read('account-1')).to.deep.equal({
        ...NOTHING,
        lockedUntil: NOW + MINUTE,
        level: 2,
      });
      await store().lock('account-1', NOW + 2 * MINUTE, 1, null);
      expect(await store().read('account-1')).to.deep.equal({
        ...NOTHING,
        lockedUntil: NOW + 2 * MINUTE,
        level: 2,
      });
    });

    it('ends at the latest of 50 locks made at once', async () => {
      await together(50, (index) =>
        store().lock('account-1', NOW + ((index * 37) % 50), (index * 37) % 50, null),
      );
      expect(await store().read('account-1')).to.deep.equal({ ...NOTHING, lockedUntil: NOW + 49, level: 49 });
    });

    it('resets the bucket of a success, and the level with the last bucket [A31]', async () => {
      await store().addFailure('account-1', 'totp', NOW);
      await store().addFailure('account-1', 'sms', NOW);
      await store().lock('account-1', NOW + MINUTE, 2, null);
      await store().clear('account-1', 'totp');
      expect(await store().read('account-1')).to.deep.equal({
        lockedUntil: NOW + MINUTE,
        level: 2,
        failures: { sms: 1 },
      });
      await store().clear('account-1', 'sms');
      expect(await store().read('account-1')).to.deep.equal({
        lockedUntil: NOW + MINUTE,
        level: 0,
        failures: {},
      });
      expect(await store().addFailure('account-1', 'totp', NOW)).to.equal(1);
    });

    it('forgets the lock of a subject that is reset during 50 failures, and loses no later failure', async () => {
      await store().lock('account-1', NOW + MINUTE, 2, null);
      await together<unknown>(51, (index) =>
        index === 25 ? store().reset('account-1') : store().addFailure('account-1', 'totp', NOW),
      );
      expect(await store().read('account-1')).to.deep.include({ lockedUntil: 0, level: 0 });
      await store().reset('account-1');
      expect(await store().read('account-1')).to.deep.equal(NOTHING);
      expect(await store().addFailure('account-1', 'totp', NOW)).to.equal(1);
    });

    it('forgets all of one subject, and no other', async () => {
      for (const subject of ['account-1', 'account-2']) {
        await store().addFailure(subject, 'totp', NOW);
        await store().lock(subject, NOW + MINUTE, 1, null);
      }
      await store().reset('account-1');
      expect(await store().read('account-1')).to.deep.equal(NOTHING);
      expect((await store().read('account-2')).level).to.equal(1);
    });
  });
}
