/** The contract of a store of trusted browsers. */
import { expect } from 'chai';
import type { TrustedBrowserStore } from '../../src/ports/stores.ts';
import { aTrustedBrowser, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function trustedBrowserStoreContract(name: string, makeStore: MakeStore<TrustedBrowserStore>): void {
  describe(`${name}: store of trusted browsers`, () => {
    const store = freshStore(makeStore);
    const idsOf = async (accountId: string) =>
      (await store().listByAccount(accountId, NOW)).map(({ id }) => id);

    it('gives back a browser as it was inserted', async () => {
      const used = aTrustedBrowser({ id: 'browser-2', lastUsedAt: NOW, lastUsedFor: 'Zoë’s "wiki"' });
      await store().insert(aTrustedBrowser());
      await store().insert(used);
      expect(await store().find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
      expect(await store().find('browser-2', NOW)).to.deep.equal(used);
      expect(await store().find('browser-3', NOW)).to.equal(null);
    });

    it('treats text that looks like a query as text [A88]', async () => {
      await store().insert(aTrustedBrowser());
      for (const text of [`' OR 1=1 --`, '{"$gt":""}', '%', '*', '']) {
        expect(await store().find(text, NOW), text).to.equal(null);
        expect(await store().remove('account-1', text), text).to.equal(false);
        expect(await store().remove(text, 'browser-1'), text).to.equal(false);
        expect(await store().removeAll(text), text).to.equal(0);
        expect(await store().removeTenant(text, 100), text).to.equal(0);
      }
      expect(await idsOf('account-1')).to.deep.equal(['browser-1']);
    });

    it('ignores a second insert under the same id', async () => {
      await store().insert(aTrustedBrowser());
      await store().insert(aTrustedBrowser());
      await store().insert(aTrustedBrowser({ accountId: 'account-2', expiresAt: NOW + 2 * MINUTE }));
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([aTrustedBrowser()]);
      expect(await store().listByAccount('account-2', NOW)).to.deep.equal([]);
    });

    it('knows a browser until it expires [R38]', async () => {
      await store().insert(aTrustedBrowser());
      expect(await store().find('browser-1', NOW + MINUTE - 1)).to.deep.equal(aTrustedBrowser());
      expect(await store().find('browser-1', NOW + MINUTE)).to.equal(null);
      expect(await store().listByAccount('account-1', NOW + MINUTE - 1)).to.have.length(1);
      expect(await store().listByAccount('account-1', NOW + MINUTE)).to.deep.equal([]);
    });

    it('lists the browsers of one account alone, newest first', async () => {
      await store().insert(aTrustedBrowser({ id: 'fourth', createdAt: NOW - 1 }));
      await store().insert(aTrustedBrowser({ id: 'third', createdAt: NOW }));
      await store().insert(aTrustedBrowser({ id: 'first', createdAt: NOW + 1 }));
      await store().insert(aTrustedBrowser({ id: 'second', createdAt: NOW }));
      await store().insert(aTrustedBrowser({ id: 'other', accountId: 'account-2' }));
      expect(await idsOf('account-1')).to.deep.equal(['first', 'second', 'third', 'fourth']);
      expect(await idsOf('account-3')).to.deep.equal([]);
    });

    it('replaces a browser by a later generation of it, and changes no other', async () => {
      await store().insert(aTrustedBrowser());
      await store().insert(aTrustedBrowser({ id: 'browser-2' }));
      const used = aTrustedBrowser({
        browser: 'Firefox',
        createdAt: NOW + 1,
        lastUsedAt: NOW + 2,
        lastUsedFor: 'demo',
        expiresAt: NOW + 2 * MINUTE,
        generation: 1,
        rotations: [NOW, NOW + 2],
      });
      expect(await store().rotate(used)).to.deep.equal(used);
      expect(await store().find('browser-1', NOW)).to.deep.equal(used);
      const again = { ...used, lastUsedFor: null, generation: 7, rotations: [] };
      expect(await store().rotate(again)).to.deep.equal(again);
      expect(await store().find('browser-1', NOW)).to.deep.equal(again);
      expect(await store().find('browser-2', NOW)).to.deep.equal(aTrustedBrowser({ id: 'browser-2' }));
    });

    it('gives the stored browser, and keeps it, when the given one is of no later generation', async () => {
      const newest = aTrustedBrowser({ generation: 3, rotations: [NOW], lastUsedFor: 'demo' });
      await store().insert(newest);
      for (const generation of [0, 2, 3]) {
        const other = aTrustedBrowser({ generation, lastUsedFor: 'another' });
        expect(await store().rotate(other), String(generation)).to.deep.equal(newest);
      }
      expect(await store().find('browser-1', NOW)).to.deep.equal(newest);
    });

    it('stores one of 50 simultaneous first uses of a token, whole, and all give one successor [A116]', async () => {
      await store().insert(aTrustedBrowser());
      const given = await together(50, (index) =>
        store().rotate(
          aTrustedBrowser({
            generation: 1,
            rotations: [NOW + index],
            lastUsedAt: NOW + index,
            lastUsedFor: `client-${index}`,
          }),
        ),
      );
      expect(new Set(given.map((each) => each?.generation))).to.deep.equal(new Set([1]));
      const found = await store().find('browser-1', NOW);
      const index = Number(found?.lastUsedAt) - NOW;
      expect(found).to.deep.include({
        generation: 1,
        lastUsedFor: `client-${index}`,
        rotations: [NOW + index],
      });
    });

    it('does not restore a removed browser by a late use, nor touch that of another account', async () => {
      const used = aTrustedBrowser({ generation: 1, lastUsedAt: NOW, lastUsedFor: 'demo' });
      await store().insert(aTrustedBrowser());
      expect(await store().rotate({ ...used, accountId: 'account-2' })).to.equal(null);
      expect(await store().find('browser-1', NOW)).to.deep.equal(aTrustedBrowser());
      await store().remove('account-1', 'browser-1');
      expect(await store().rotate(used)).to.equal(null);
      expect(await store().find('browser-1', NOW)).to.equal(null);
      expect(await idsOf('account-1')).to.deep.equal([]);
    });

    for (const [what, remove] of [
      ['removed', () => store().remove('account-1', 'browser-1')],
      ['removed with all of its account', () => store().removeAll('account-1')],
      ['removed with all of its tenant', () => store().removeTenant('acme', 100)],
    ] as const) {
      it(`does not restore a browser that is ${what} during 50 uses [A86]`, async () => {
        const use = (index: number) =>
          store().rotate(aTrustedBrowser({ generation: index + 1, lastUsedAt: NOW + index }));
        await store().insert(aTrustedBrowser());
        await together<unknown>(51, (index) => (index === 25 ? remove() : use(index)));
        expect(await store().find('browser-1', NOW)).to.equal(null);
        expect([await use(51), await idsOf('account-1')]).to.deep.equal([null, []]);
      });
    }

    it('removes a browser of the given account only', async () => {
      await store().insert(aTrustedBrowser());
      expect(await store().remove('account-2', 'browser-1')).to.equal(false);
      expect(await idsOf('account-1')).to.deep.equal(['browser-1']);
      expect(await store().remove('account-1', 'browser-1')).to.equal(true);
      expect(await store().find('browser-1', NOW)).to.equal(null);
      expect(await store().remove('account-1', 'browser-1')).to.equal(false);
    });

    it('lets one of 50 parallel callers remove', async () => {
      await store().insert(aTrustedBrowser());
      expect(await winners(50, () => store().remove('account-1', 'browser-1'))).to.equal(1);
    });

    it('removes all browsers of one account only, and gives their number', async () => {
      for (const id of ['one', 'two', 'three']) await store().insert(aTrustedBrowser({ id }));
      await store().insert(aTrustedBrowser({ id: 'other', accountId: 'account-2' }));
      expect(await store().removeAll('account-1')).to.equal(3);
      expect(await idsOf('account-1')).to.deep.equal([]);
      expect(await idsOf('account-2')).to.deep.equal(['other']);
      expect(await store().removeAll('account-1')).to.equal(0);
    });

    it('removes all browsers of one tenant only, and gives their number', async () => {
      for (const id of ['one', 'two']) await store().insert(aTrustedBrowser({ id, accountId: id }));
      await store().insert(aTrustedBrowser({ id: 'other', tenantId: 'kantoor' }));
      expect(await store().removeTenant('acme', 100)).to.equal(2);
      expect([await idsOf('one'), await idsOf('two')]).to.deep.equal([[], []]);
      expect(await idsOf('account-1')).to.deep.equal(['other']);
      expect(await store().removeTenant('acme', 100)).to.equal(0);
    });

    it('removes no more browsers of a tenant than it is told, and the others at the next calls', async () => {
      for (const id of ['one', 'two', 'three']) await store().insert(aTrustedBrowser({ id, accountId: id }));
      const removed = [];
      for (let each = 0; each < 3; each += 1) removed.push(await store().removeTenant('acme', 2));
      expect(removed).to.deep.equal([2, 1, 0]);
    });

    it('counts each browser once when 50 parallel callers remove all', async () => {
      for (const id of ['one', 'two', 'three']) await store().insert(aTrustedBrowser({ id }));
      const counts = await together(50, () => store().removeAll('account-1'));
      expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(3);
    });
  });
}
