/** The contract of a store of mailings in the background. */
import { expect } from 'chai';
import type { CampaignStore } from '../../src/ports/administration/campaign-store.ts';
import { aCampaign, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function campaignStoreContract(name: string, makeStore: MakeStore<CampaignStore>): void {
  describe(`${name}: store of mailings`, () => {
    const store = freshStore(makeStore);
    const found = () => store().find('campaign-1');

    it('gives back a mailing as it was stored, with nobody on it [2.4]', async () => {
      const campaign = aCampaign({
        groups: ['sales', 'été'],
        search: { q: 'ann', filter: 'grace', group: 'sales' },
      });
      expect(await store().insert(campaign)).to.equal(true);
      const begun = { pausedAt: null, listedTo: null, isListed: false, endedAt: null, listed: 0, counts: {} };
      expect(await found()).to.deep.equal({ ...campaign, ...begun });
      expect(await store().find('campaign-2')).to.equal(null);
      const whole = aCampaign({ id: 'campaign-2', groups: null });
      await store().insert(whole);
      expect(await store().find('campaign-2')).to.deep.include({ groups: null });
    });

    it('stores one of 50 simultaneous mailings with the same id [2.4]', async () => {
      expect(await winners(50, (n) => store().insert(aCampaign({ expected: n })))).to.equal(1);
      const kept = await found();
      expect(await store().insert(aCampaign({ by: 'account-2' }))).to.equal(false);
      expect(await found()).to.deep.equal(kept);
    });

    it('lists a recipient once, however often it is added [2.4]', async () => {
      const campaign = aCampaign();
      await store().insert(campaign);
      await together(20, () => store().addRecipients(campaign, ['b', 'a'], 'b@acme.test'));
      await store().addRecipients(campaign, ['c', 'b'], 'c@acme.test');
      expect(await found()).to.deep.include({ listed: 3, listedTo: 'c@acme.test', isListed: false });
      expect(await store().listWaiting('campaign-1', 9)).to.deep.equal(['a', 'b', 'c']);
      await store().addRecipients(campaign, [], null);
      expect(await found()).to.deep.include({ listed: 3, isListed: true });
      await store().addRecipients(campaign, ['a'], 'a@acme.test');
      expect(await found()).to.deep.include({ listed: 3, listedTo: 'c@acme.test', isListed: true });
    });

    it('keeps the first outcome of a recipient, and counts the outcomes', async () => {
      const campaign = aCampaign();
      await store().insert(campaign);
      await store().addRecipients(campaign, ['a', 'b', 'c', 'd'], null);
      await store().settle('campaign-1', 'a', 'sent', NOW);
      await store().settle('campaign-1', 'a', 'gone', NOW + 1);
      await store().settle('campaign-1', 'b', 'sent', NOW);
      await store().settle('campaign-1', 'c', 'confirmed', NOW);
      await store().settle('campaign-1', 'unknown', 'sent', NOW);
      expect(await found()).to.deep.include({ listed: 4, counts: { sent: 2, confirmed: 1 } });
      expect(await store().listWaiting('campaign-1', 9)).to.deep.equal(['d']);
      expect(await store().recipients('campaign-1', null, null, 9)).to.deep.equal([
        { accountId: 'a', outcome: 'sent', atMs: NOW },
        { accountId: 'b', outcome: 'sent', atMs: NOW },
        { accountId: 'c', outcome: 'confirmed', atMs: NOW },
        { accountId: 'd', outcome: null, atMs: null },
      ]);
    });

    it('pages through the recipients, and through those of one outcome', async () => {
      const campaign = aCampaign();
      await store().insert(campaign);
      await store().addRecipients(campaign, ['a', 'b', 'c', 'd'], null);
      for (const id of ['a', 'c', 'd']) await store().settle('campaign-1', id, 'sent', NOW);
      const idsOf = async (...asked: Parameters<CampaignStore['recipients']>) =>
        (await store().recipients(...asked)).map(({ accountId }) => accountId);
      expect(await idsOf('campaign-1', null, null, 2)).to.deep.equal(['a', 'b']);
      expect(await idsOf('campaign-1', null, 'b', 2)).to.deep.equal(['c', 'd']);
      expect(await idsOf('campaign-1', 'sent', 'a', 1)).to.deep.equal(['c']);
      expect(await idsOf('campaign-1', 'gone', null, 9)).to.deep.equal([]);
      expect(await idsOf('campaign-2', null, null, 9)).to.deep.equal([]);
    });

    it('pages through the mailings of a tenant and of one account, the newest first [A61]', async () => {
      for (const n of [1, 2, 3, 4])
        await store().insert(
          aCampaign({
            id: `campaign-${n}`,
            by: n % 2 === 0 ? 'account-2' : 'account-1',
            createdAt: NOW + (n > 2 ? 1 : 0),
          }),
        );
      await store().insert(aCampaign({ id: 'other', tenantId: 'other' }));
      const idsOf = async (...asked: Parameters<CampaignStore['page']>) =>
        (await store().page(...asked)).map(({ id }) => id);
      expect(await idsOf('acme', null, null, 9)).to.deep.equal([3, 4, 1, 2].map((n) => `campaign-${n}`));
      expect(await idsOf('acme', null, { createdAt: NOW + 1, id: 'campaign-3' }, 2)).to.deep.equal([
        'campaign-4',
        'campaign-1',
      ]);
      expect(await idsOf('acme', null, { createdAt: NOW, id: 'campaign-1' }, 9)).to.deep.equal([
        'campaign-2',
      ]);
      expect(await idsOf('acme', 'account-2', null, 9)).to.deep.equal(['campaign-4', 'campaign-2']);
      expect(await idsOf('other', 'account-1', null, 9)).to.deep.equal(['other']);
    });

    it('runs a mailing until it rests or ends, the oldest first', async () => {
      for (const n of [1, 2, 3])
        await store().insert(aCampaign({ id: `campaign-${n}`, createdAt: NOW - n * MINUTE }));
      expect(await store().listRunning(9)).to.deep.equal(['campaign-3', 'campaign-2', 'campaign-1']);
      expect(await store().listRunning(1)).to.deep.equal(['campaign-3']);
      expect(await store().isRunning('campaign-3')).to.equal(true);
      expect(await store().isRunning('unknown')).to.equal(false);
      expect(await store().setPaused('campaign-3', NOW)).to.equal(true);
      expect(await store().setPaused('campaign-3', NOW + 1)).to.equal(false);
      expect(await store().find('campaign-3')).to.deep.include({ pausedAt: NOW });
      expect(await store().isRunning('campaign-3')).to.equal(false);
      await store().end('campaign-2', NOW);
      expect(await store().isRunning('campaign-2')).to.equal(false);
      expect(await store().listRunning(9)).to.deep.equal(['campaign-1']);
      expect(await store().setPaused('campaign-3', null)).to.equal(true);
      expect(await store().setPaused('campaign-3', null)).to.equal(false);
      expect(await store().listRunning(9)).to.deep.equal(['campaign-3', 'campaign-1']);
      expect(await store().setPaused('campaign-2', NOW)).to.equal(false);
      expect(await store().setPaused('unknown', NOW)).to.equal(false);
    });

    it('keeps the numbers of a mailing at its end, and the first end', async () => {
      const campaign = aCampaign();
      await store().insert(campaign);
      await store().addRecipients(campaign, ['a', 'b'], null);
      await store().settle('campaign-1', 'a', 'sent', NOW);
      await store().end('campaign-1', NOW + 1);
      await store().end('campaign-1', NOW + 2);
      expect(await found()).to.deep.include({ endedAt: NOW + 1, listed: 2, counts: { sent: 1 } });
    });
  });
}
