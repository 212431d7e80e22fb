/** The contract of a store of once-only keys. */
import { expect } from 'chai';
import type { OnceStore } from '../../src/ports/stores.ts';
import { MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function onceStoreContract(name: string, makeStore: MakeStore<OnceStore>): void {
  describe(`${name}: store of once-only keys`, () => {
    const store = freshStore(makeStore);
    const expiresAt = NOW + MINUTE;

    it('gives a key to the first caller only [A32]', async () => {
      expect(await store().claim('totp|enrolment-1|58333333', expiresAt)).to.equal(true);
      expect(await store().claim('totp|enrolment-1|58333333', expiresAt)).to.equal(false);
      expect(await store().claim('totp|enrolment-1|58333334', expiresAt)).to.equal(true);
    });

    it('gives a key to one of 50 parallel callers [A41]', async () => {
      expect(await winners(50, () => store().claim('key', expiresAt))).to.equal(1);
    });

    it('keeps the first value and gives it to every caller', async () => {
      expect(await store().peek('grace|account-1')).to.equal(null);
      expect(await store().first('grace|account-1', 'one', null)).to.equal('one');
      expect(await store().first('grace|account-1', 'two', null)).to.equal('one');
      expect(await store().first('grace|account-2', 'two', expiresAt)).to.equal('two');
      expect(await store().peek('grace|account-1')).to.equal('one');
    });

    it('gives 50 parallel callers the same value', async () => {
      const told = await together(50, (index) => store().first('key', `value-${index}`, null));
      expect(new Set(told).size).to.equal(1);
      expect(told[0]).to.match(/^value-\d+$/);
      expect(await store().peek('key')).to.equal(told[0]);
    });

    it('gives no key that holds a value', async () => {
      await store().first('key', 'value', null);
      expect(await store().claim('key', expiresAt)).to.equal(false);
      expect(await store().peek('key')).to.equal('value');
    });

    it('lists in one call which keys are taken, whatever they look like', async () => {
      const keys = Array.from({ length: 20 }, (_, index) => `recovery|enrolment-1|${index}`);
      const odd = ['', '%', '*', `' OR 1=1 --`, '{"$gt":""}', 'a,b', '"quoted"', 'Zoë \u{1f512}'];
      for (const key of [...keys.slice(3, 6), ...odd.slice(4)]) await store().claim(key, expiresAt);
      await store().first('recovery|enrolment-1|9', 'value', null);
      const held = await store().held([...keys, ...odd, 'recovery|enrolment-1|3']);
      expect([...held].sort()).to.deep.equal(
        [...keys.slice(3, 6), 'recovery|enrolment-1|9', ...odd.slice(4)].sort(),
      );
      expect(await store().held([])).to.deep.equal(new Set());
      expect(await store().held(keys.slice(0, 3))).to.deep.equal(new Set());
    });
  });
}
