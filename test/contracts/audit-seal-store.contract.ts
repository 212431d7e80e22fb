/** The contract of a store of seals over the audit trail. */
import { expect } from 'chai';
import { type StoredSeal, sealOf } from '../../src/domain/audit/seal.ts';
import type { AuditSealStore } from '../../src/ports/administration/audit-seals.ts';
import type { AuditStore } from '../../src/ports/stores.ts';
import { anAuditEvent, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore } from './make-store.ts';

interface Stores {
  readonly audit: AuditStore;
  readonly auditSeals: AuditSealStore;
}

export function auditSealStoreContract(name: string, makeStore: MakeStore<Stores>): void {
  describe(`${name}: audit seal store`, () => {
    const stores = freshStore(makeStore);
    const store = () => stores().auditSeals;
    const lineAt = (minute: number) => anAuditEvent({ id: `line-${minute}`, atMs: NOW + minute * MINUTE });

    async function appended(...minutes: number[]) {
      const lines = minutes.map(lineAt);
      await stores().audit.appendAll(lines);
      return lines;
    }

    async function sealed(previous: StoredSeal | null, ...minutes: number[]): Promise<StoredSeal> {
      const lines = await appended(...minutes);
      const seal = sealOf({ previous, lines, sealedAt: NOW, removedBefore: NOW - 1 });
      expect(await store().insert(seal)).to.equal(true);
      return seal;
    }

    it('gives back seals as they were stored, in their order', async () => {
      expect(await store().last()).to.equal(null);
      expect(await store().page(0, 9)).to.deep.equal([]);
      const first = await sealed(null, 1, 2);
      const second = await sealed(first, 3);
      const third = await sealed(second, 4);
      expect(await store().last()).to.deep.equal(third);
      expect(await store().page(0, 2)).to.deep.equal([first, second]);
      expect(await store().page(2, 2)).to.deep.equal([third]);
    });

    it('stores one of 50 seals of the same number, and keeps it', async () => {
      const candidates = Array.from({ length: 50 }, (_, index) =>
        sealOf({ previous: null, lines: [lineAt(index)], sealedAt: NOW + index, removedBefore: 0 }),
      );
      const inserted = await Promise.all(candidates.map((seal) => store().insert(seal)));
      expect(inserted.filter(Boolean)).to.have.length(1);
      const kept = await store().last();
      expect(candidates).to.deep.include(kept);
      expect(await store().page(0, 9)).to.have.length(1);
    });

    it('gives lines without a seal, oldest first, until they name theirs', async () => {
      await appended(9, 5, 7);
      const ids = async (until: number, limit: number) =>
        (await store().unsealed(NOW + until * MINUTE, limit)).map(({ id }) => id);
      expect(await ids(9, 9)).to.deep.equal(['line-5', 'line-7', 'line-9']);
      expect(await ids(8, 9)).to.deep.equal(['line-5', 'line-7']);
      expect(await ids(9, 1)).to.deep.equal(['line-5']);

      const seal = sealOf({ previous: null, lines: [lineAt(5), lineAt(7)], sealedAt: NOW, removedBefore: 0 });
      await store().insert(seal);
      expect(await ids(9, 9), 'before the lines name the seal').to.have.length(3);
      await store().complete(seal);
      expect(await ids(9, 9)).to.deep.equal(['line-9']);
      expect(await store().marked(1, '', 9)).to.deep.equal([lineAt(5), lineAt(7)]);
      expect(await store().marked(1, 'line-5', 9)).to.deep.equal([lineAt(7)]);
      expect(await store().marked(1, '', 1)).to.deep.equal([lineAt(5)]);
      expect(await store().find('line-5')).to.deep.equal({ line: lineAt(5), seal: 1 });
      expect(await store().find('line-9')).to.deep.equal({ line: lineAt(9), seal: null });
      expect(await store().find('nothing')).to.equal(null);
    });

    it('lets a line name its first seal for good, and finds lines of later seals', async () => {
      const first = await sealed(null, 1);
      const second = await sealed(first, 2);
      await store().complete(first);
      expect(await store().findBeyond(1)).to.equal(null);
      await store().complete(second);
      expect(await store().findBeyond(1)).to.deep.equal({ line: lineAt(2), seal: 2 });
      expect(await store().findBeyond(2)).to.equal(null);
      await store().complete({ ...second, lines: first.lines });
      expect(await store().find('line-1')).to.deep.equal({ line: lineAt(1), seal: 1 });
    });

    it('drops the lists of old seals, and keeps the seals', async () => {
      const first = await sealed(null, 1, 2);
      const second = await sealed(first, 3);
      await store().dropLists(NOW + 2 * MINUTE);
      await store().dropLists(NOW + 2 * MINUTE);
      expect(await store().page(0, 9)).to.deep.equal([{ ...first, lines: null }, second]);
    });

    it('counts the tallies of a seal once, and adds those of several seals', async () => {
      const first = await sealed(null, 0, 1);
      for (let repeated = 0; repeated < 3; repeated += 1) await store().complete(first);
      await store().complete(await sealed(first, 2, 30));
      const counts = async (since: number) => {
        const sums = new Map<number, number>();
        for (const { fromMs, count, event, method } of await store().talliesSince('acme', since)) {
          expect([event, method]).to.deep.equal(['second_factor.refused', 'totp']);
          sums.set(fromMs, (sums.get(fromMs) ?? 0) + count);
        }
        return [...sums];
      };
      const quarter = Math.floor(NOW / (15 * MINUTE)) * 15 * MINUTE;
      const later = Math.floor((NOW + 30 * MINUTE) / (15 * MINUTE)) * 15 * MINUTE;
      expect(await counts(0)).to.deep.equal([
        [quarter, 3],
        [later, 1],
      ]);
      expect(await counts(quarter + 1)).to.deep.equal([[later, 1]]);
      expect(await store().talliesSince('globex', 0)).to.deep.equal([]);
    });
  });
}
