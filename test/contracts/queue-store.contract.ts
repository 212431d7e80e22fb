/** The contract of a store of queued items. */
import { expect } from 'chai';
import type { LeasedItem, QueueStore } from '../../src/ports/queue.ts';
import { aMail, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

const LEASE = 20_000;

export function queueStoreContract(name: string, makeStore: MakeStore<QueueStore>): void {
  describe(`${name}: queue`, () => {
    const store = freshStore(makeStore);
    const take = (now: number, limit = 9) => store().take(limit, now, now + LEASE);
    const idsOf = (mails: readonly LeasedItem[]) => mails.map(({ id }) => id);

    it('gives an idle message to the first caller only [D28]', async () => {
      await store().insert(aMail(), NOW, null);
      expect(await take(NOW)).to.deep.equal([{ ...aMail(), lease: 1, putOffs: 0, lostLeases: 0 }]);
      expect(await take(NOW)).to.deep.equal([]);
      expect(await take(NOW + LEASE - 1)).to.deep.equal([]);
    });

    it('gives one message to one of 50 parallel callers [D28]', async () => {
      await store().insert(aMail(), NOW, null);
      expect((await together(50, () => take(NOW))).flat()).to.have.lengthOf(1);
    });

    it('gives each of 20 messages to one of several callers [D28]', async () => {
      for (let n = 0; n < 20; n += 1) await store().insert(aMail({ id: `mail-${n}` }), NOW, null);
      const taken: LeasedItem[] = [];
      for (let round = 0; round < 8; round += 1)
        taken.push(...(await together(4, () => take(NOW, 5))).flat());
      expect(new Set(idsOf(taken)).size).to.equal(20);
      expect(taken).to.have.lengthOf(20);
    });

    it('withholds a leased message from other callers until the lease ends [R24]', async () => {
      await store().insert(aMail(), NOW, NOW + LEASE);
      expect(await take(NOW + LEASE - 1)).to.deep.equal([]);
      const [mail] = await take(NOW + LEASE);
      expect(mail).to.deep.equal({ ...aMail(), lease: 2, putOffs: 0, lostLeases: 1 });
    });

    it('gives a message whose lease ended to one of 50 parallel callers, and counts the loss [R24]', async () => {
      await store().insert(aMail(), NOW, NOW + LEASE);
      const taken = (await together(50, () => take(NOW + LEASE))).flat();
      expect(taken.map(({ lostLeases }) => lostLeases)).to.deep.equal([1]);
      const again = (await together(50, () => take(NOW + 2 * LEASE))).flat();
      expect(again.map(({ lostLeases }) => lostLeases)).to.deep.equal([2]);
    });

    it('makes a postponed message due at its new time, and counts no loss for that [R17]', async () => {
      await store().insert(aMail(), NOW, NOW + LEASE);
      await store().putOff({ id: 'mail-1', lease: 1 }, NOW + 5000);
      expect(await take(NOW + 4999)).to.deep.equal([]);
      const [second] = await take(NOW + 5000);
      expect(second).to.deep.equal({ ...aMail(), lease: 2, putOffs: 1, lostLeases: 0 });
      await store().putOff({ id: 'mail-1', lease: 2 }, NOW + 6000);
      expect((await take(NOW + 6000))[0]).to.deep.include({ lease: 3, putOffs: 2, lostLeases: 0 });
    });

    it('lets the holder of an older lease postpone nothing', async () => {
      await store().insert(aMail(), NOW, NOW + LEASE);
      await take(NOW + LEASE);
      await store().putOff({ id: 'mail-1', lease: 1 }, NOW);
      expect(await take(NOW + LEASE)).to.deep.equal([]);
      expect((await take(NOW + 2 * LEASE))[0]).to.deep.include({ lease: 3, putOffs: 0, lostLeases: 2 });
    });

    it('forgets removed messages under any lease, and postpones none of them', async () => {
      await store().insert(aMail(), NOW, null);
      await store().insert(aMail({ id: 'mail-2' }), NOW, NOW + LEASE);
      await take(NOW);
      await store().remove('mail-1');
      await store().remove('mail-2');
      await store().remove('mail-3');
      await store().putOff({ id: 'mail-1', lease: 1 }, NOW);
      expect(await take(NOW + MINUTE)).to.deep.equal([]);
    });

    it('leaves nothing of a message that is removed during 50 leases and postponements', async () => {
      await store().insert(aMail(), NOW, null);
      await together<unknown>(51, (index) => {
        if (index === 25) return store().remove('mail-1');
        return index % 2 === 0 ? take(NOW) : store().putOff({ id: 'mail-1', lease: 1 }, NOW);
      });
      await store().putOff({ id: 'mail-1', lease: 1 }, NOW);
      expect(await take(NOW + MINUTE)).to.deep.equal([]);
    });

    it('gives the longest due first, up to the requested number, expired ones included', async () => {
      await store().insert(aMail({ id: 'third' }), NOW - 1, null);
      await store().insert(aMail({ id: 'first', expiresAt: NOW - 2 }), NOW - 3, null);
      await store().insert(aMail({ id: 'second' }), NOW - 2, null);
      expect(idsOf(await take(NOW, 1))).to.deep.equal(['first']);
      expect(idsOf(await take(NOW, 2))).to.have.members(['second', 'third']);
    });

    it('overwrites no message of the same id', async () => {
      await store().insert(aMail(), NOW, null);
      await store().insert(aMail({ encrypted: 'another' }), NOW, null);
      expect((await take(NOW)).map(({ encrypted }) => encrypted)).to.deep.equal([aMail().encrypted]);
    });
  });
}
