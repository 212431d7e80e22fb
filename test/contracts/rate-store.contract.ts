/** The contract of a store that counts requests in windows. */
import { expect } from 'chai';
import type { RateStore } from '../../src/ports/stores.ts';
import { MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

const LIMIT = { limit: 3, windowMs: MINUTE };

export function rateStoreContract(name: string, makeStore: MakeStore<RateStore>): void {
  describe(`${name}: store of rates`, () => {
    const store = freshStore(makeStore);
    const take = (atMs: number, owner = 'address:192.0.2.1') => store().take(owner, LIMIT, atMs);

    async function fill(atMs: number): Promise<void> {
      for (let each = 0; each < LIMIT.limit; each += 1)
        expect(await take(atMs + each)).to.deep.equal({ ok: true });
    }

    it('counts requests up to the limit, and then tells when the window ends [A112]', async () => {
      await fill(NOW);
      for (const later of [2, 1000, MINUTE - 1])
        expect(await take(NOW + later)).to.deep.equal({ ok: false, retryAt: NOW + MINUTE });
    });

    it('opens a window at the first request after the last one has ended', async () => {
      await fill(NOW);
      await fill(NOW + MINUTE);
      expect(await take(NOW + MINUTE + 5)).to.deep.equal({ ok: false, retryAt: NOW + 2 * MINUTE });
    });

    it('lets exactly as many of 200 parallel requests pass as the limit says [A20 A112]', async () => {
      const verdicts = await together(200, () => take(NOW));
      expect(verdicts.filter(({ ok }) => ok)).to.have.length(LIMIT.limit);
    });

    it('keeps owners apart', async () => {
      await fill(NOW);
      expect(await take(NOW, 'address:192.0.2.2')).to.deep.equal({ ok: true });
      expect(await take(NOW, 'address:2001:db8:0:1::/64')).to.deep.equal({ ok: true });
    });

    it('counts requests of instances whose clocks differ in one window', async () => {
      await fill(NOW);
      expect(await take(NOW - 5000)).to.deep.equal({ ok: false, retryAt: NOW + MINUTE });
    });

    it('ignores a window that a wrong clock has opened in the future', async () => {
      await fill(NOW + 10 * MINUTE);
      await fill(NOW);
      expect(await take(NOW + 5)).to.deep.equal({ ok: false, retryAt: NOW + MINUTE });
    });

    it('takes a lower limit at once, as after a reload', async () => {
      await fill(NOW);
      const verdict = await store().take('address:192.0.2.1', { limit: 1, windowMs: MINUTE }, NOW + 5);
      expect(verdict).to.deep.equal({ ok: false, retryAt: NOW + MINUTE });
      expect((await store().take('address:192.0.2.1', { limit: 4, windowMs: MINUTE }, NOW + 5)).ok).to.equal(
        true,
      );
    });
  });
}
