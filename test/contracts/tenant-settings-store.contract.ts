/** The contract of a store of the settings of tenants. */
import { expect } from 'chai';
import type { TenantSettingsStore } from '../../src/ports/administration/tenant-settings.ts';
import { aSettingsVersion } from './examples.ts';
import { freshStore, type MakeStore, winners } from './make-store.ts';

export function tenantSettingsStoreContract(name: string, makeStore: MakeStore<TenantSettingsStore>): void {
  describe(`${name}: store of the settings of tenants`, () => {
    const store = freshStore(makeStore);

    it('gives back a version as it was stored [B.4]', async () => {
      const version = aSettingsVersion({
        settings: {
          enforcement: 'optional',
          methods: [],
          graceDays: 2.5,
          groups: { 'a|b: c': 'required' },
          trustedDevices: false,
          passkeySignIn: true,
          messageEn: 'Because “we” must.\nReally.',
          messageNl: null,
          supportEmail: 'help@acme.test',
          supportUrl: null,
        },
        reason: 'the audit',
        revertOf: 7,
      });
      expect(await store().insert(version)).to.equal(true);
      expect(await store().findNewest('acme')).to.deep.equal(version);
      expect(await store().findEach([version])).to.deep.equal([version]);
      expect(await store().page('acme', null, 10)).to.deep.equal([version]);
    });

    it('finds nothing of a tenant without a version', async () => {
      await store().insert(aSettingsVersion());
      expect(await store().findNewest('acme|1')).to.equal(null);
      expect(await store().page('other', null, 10)).to.deep.equal([]);
      expect(await store().findEach([])).to.deep.equal([]);
      expect(await store().findEach([{ tenantId: 'other', number: 1 }])).to.deep.equal([]);
    });

    it('takes one of 50 simultaneous versions with the same number, and keeps it [B.4]', async () => {
      const stored = await winners(50, (n) => store().insert(aSettingsVersion({ by: `boss-${n}` })));
      expect(stored).to.equal(1);
      const kept = await store().findNewest('acme');
      expect(await store().insert(aSettingsVersion({ by: 'late', settings: {} }))).to.equal(false);
      expect(await store().findNewest('acme')).to.deep.equal(kept);
    });

    it('finds the newest by its number, and the versions of several tenants in one look', async () => {
      const made = [1, 2, 10].map((number) => aSettingsVersion({ number }));
      const other = aSettingsVersion({ tenantId: 'other', number: 3 });
      for (const version of [...made, other]) await store().insert(version);
      expect((await store().findNewest('acme'))?.number).to.equal(10);
      const found = await store().findEach([
        { tenantId: 'acme', number: 2 },
        { tenantId: 'acme', number: 3 },
        { tenantId: 'other', number: 3 },
      ]);
      expect(found).to.have.deep.members([made[1], other]);
    });

    it('pages through the versions of a tenant, the newest first', async () => {
      for (let number = 1; number <= 12; number += 1) await store().insert(aSettingsVersion({ number }));
      const numbers = async (before: number | null) =>
        (await store().page('acme', before, 5)).map(({ number }) => number);
      expect(await numbers(null)).to.deep.equal([12, 11, 10, 9, 8]);
      expect(await numbers(8)).to.deep.equal([7, 6, 5, 4, 3]);
      expect(await numbers(3)).to.deep.equal([2, 1]);
    });
  });
}
