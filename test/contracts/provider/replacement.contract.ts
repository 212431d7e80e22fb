/** The contract for concurrent changes of one record. */
import { expect } from 'chai';
import type { ProviderRow, ShortLivedProviderStore } from '../../../src/ports/stores.ts';
import { MINUTE, NOW } from '../examples.ts';
import { freshStore, type MakeStore, together, winners } from '../make-store.ts';

export function replacementContract(name: string, makeStore: MakeStore<ShortLivedProviderStore>): void {
  describe(`${name}: replacement of a found payload`, () => {
    const store = freshStore(makeStore);
    const expiresAt = NOW + MINUTE;
    const row = (id: string, says: string): ProviderRow => ({ id, payload: { uid: 'uid-1', says } });
    const replace = (previous: ProviderRow, next: ProviderRow) =>
      store().replace('Session', previous, next, expiresAt);
    const found = async (id: string) => (await store().find('Session', id, NOW))?.says;
    const foundByUid = async () => (await store().findByUid('Session', 'uid-1', NOW))?.says;

    beforeEach(() => store().upsert('Session', 'one', row('one', 'first').payload, expiresAt));

    it('stores the new payload while the found one is still there', async () => {
      expect(await replace(row('one', 'first'), row('one', 'second'))).to.equal(true);
      expect([await found('one'), await foundByUid()]).to.deep.equal(['second', 'second']);
    });

    it('moves it to another id, and leaves nothing under the first', async () => {
      expect(await replace(row('one', 'first'), row('two', 'second'))).to.equal(true);
      expect([await found('one'), await found('two')]).to.deep.equal([undefined, 'second']);
      expect(await foundByUid()).to.equal('second');
      expect(await store().destroy('Session', 'one')).to.equal(false);
      expect(await store().destroy('Session', 'two')).to.equal(true);
    });

    for (const id of ['one', 'two']) {
      it(`changes nothing under ${id} when another payload is stored by then`, async () => {
        await replace(row('one', 'first'), row('one', 'second'));
        expect(await replace(row('one', 'first'), row(id, 'third'))).to.equal(false);
        expect([await found('one'), await foundByUid()]).to.deep.equal(['second', 'second']);
        expect(await found('two')).to.equal(undefined);
      });

      it(`stores nothing under ${id} when it was moved`, async () => {
        await replace(row('one', 'first'), row('elsewhere', 'second'));
        expect(await replace(row('one', 'first'), row(id, 'third'))).to.equal(false);
        expect([await found(id), await foundByUid()]).to.deep.equal([undefined, 'second']);
      });

      it(`stores nothing under ${id} when it was destroyed [A86]`, async () => {
        await store().destroy('Session', 'one');
        expect(await replace(row('one', 'first'), row(id, 'second'))).to.equal(false);
        expect([await found(id), await foundByUid()]).to.deep.equal([undefined, undefined]);
      });
    }

    it('keeps models apart', async () => {
      const next = row('one', 'second');
      expect(await store().replace('Interaction', row('one', 'first'), next, expiresAt)).to.equal(false);
      expect(await found('one')).to.equal('first');
    });

    it('keeps it until the new expiry [R38]', async () => {
      const later = expiresAt + MINUTE;
      await store().replace('Session', row('one', 'first'), row('one', 'second'), later);
      for (const [now, says] of [
        [later - 1, 'second'],
        [later, undefined],
      ] as const) {
        expect((await store().find('Session', 'one', now))?.says).to.equal(says);
        expect((await store().findByUid('Session', 'uid-1', now))?.says).to.equal(says);
      }
    });

    it('lets one of 50 callers at once replace it [U.3]', async () => {
      const nexts = Array.from({ length: 50 }, (_, index) => row('one', `next-${index}`));
      const told = await together(50, (index) => replace(row('one', 'first'), nexts[index] ?? row('', '')));
      expect(told.filter(Boolean)).to.have.length(1);
      expect(await found('one')).to.equal(`next-${told.indexOf(true)}`);
    });

    it('lets one of 50 callers at once move it [A7]', async () => {
      const won = await winners(50, (index) => replace(row('one', 'first'), row(`to-${index}`, `${index}`)));
      expect(won).to.equal(1);
      const there = await together(50, (index) => found(`to-${index}`));
      expect(there.filter((says) => says !== undefined)).to.deep.equal([await foundByUid()]);
    });

    it('leaves nothing of a payload that was destroyed during 50 replacements [A86]', async () => {
      const [destroyed] = await Promise.all([
        store().destroy('Session', 'one'),
        together(50, (index) => replace(row('one', 'first'), row('one', `next-${index}`))),
      ]);
      expect([destroyed, await found('one')]).to.deep.equal([true, undefined]);
    });
  });
}
