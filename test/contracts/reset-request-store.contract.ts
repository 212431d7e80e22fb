/** The contract of a store of requests to reset second factors. */
import { expect } from 'chai';
import type { ResetRequestStore } from '../../src/ports/administration/reset-requests.ts';
import { aResetRequest, aResetStep, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function resetRequestStoreContract(name: string, makeStore: MakeStore<ResetRequestStore>): void {
  describe(`${name}: store of requests to reset second factors`, () => {
    const store = freshStore(makeStore);

    it('gives back a request with its steps as they were stored [1.5]', async () => {
      const request = aResetRequest({ browser: null });
      expect(await store().insert(request)).to.equal(true);
      const first = aResetStep({ stage: 'first-approval', by: 'boss-1', dueAt: null, note: 'called back' });
      const decision = aResetStep({ atMs: NOW + 1 });
      await store().take(first);
      await store().take(decision);
      const expected = { ...request, steps: [first, decision] };
      expect(await store().find(request.id)).to.deep.equal(expected);
      expect(await store().findNewest('account-1')).to.deep.equal(expected);
      expect(await store().pageByTenant('acme', null, 10)).to.deep.equal([expected]);
    });

    it('gives back who has filed a request for the person [A125]', async () => {
      const request = aResetRequest({ filedBy: 'boss-1' });
      await store().insert(request);
      expect(await store().find(request.id)).to.deep.equal({ ...request, steps: [] });
    });

    it('finds nothing of a request, an account or a tenant that it does not know', async () => {
      await store().insert(aResetRequest());
      expect(await store().find('account-1.2')).to.equal(null);
      expect(await store().findNewest('account-2')).to.equal(null);
      expect(await store().pageByTenant('other', null, 10)).to.deep.equal([]);
    });

    it('stores one of 50 simultaneous requests with the same number [A20]', async () => {
      const stored = await winners(50, (n) => store().insert(aResetRequest({ reason: `reason ${n}` })));
      expect(stored).to.equal(1);
      const kept = await store().find('account-1.1');
      await store().insert(aResetRequest({ reason: 'late' }));
      expect(await store().find('account-1.1')).to.deep.equal(kept);
    });

    it('lets one of 50 simultaneous decisions stand, and gives it to each of them [A125]', async () => {
      await store().insert(aResetRequest());
      const given = await together(50, (n) =>
        store().take(aResetStep({ by: `boss-${n}`, outcome: n % 2 === 0 ? 'approved' : 'refused' })),
      );
      const [kept] = (await store().find('account-1.1'))?.steps ?? [];
      for (const step of given) expect(step).to.deep.equal(kept);
      expect(await store().take(aResetStep({ by: 'late', outcome: 'cancelled' }))).to.deep.equal(kept);
      expect((await store().find('account-1.1'))?.steps).to.deep.equal([kept]);
    });

    it('takes a decision for each request, and each stage once [A125]', async () => {
      await store().insert(aResetRequest());
      await store().insert(aResetRequest({ id: 'account-2.1', accountId: 'account-2' }));
      const other = aResetStep({ requestId: 'account-2.1', outcome: 'refused', dueAt: null });
      await store().take(aResetStep());
      expect(await store().take(other)).to.deep.equal(other);
      const effect = aResetStep({ stage: 'effect', outcome: 'done', dueAt: null });
      expect(await store().take(effect)).to.deep.equal(effect);
    });

    it('finds the newest request of an account', async () => {
      for (const n of [1, 2, 3])
        await store().insert(aResetRequest({ id: `account-1.${n}`, createdAt: NOW + n * MINUTE }));
      expect((await store().findNewest('account-1'))?.id).to.equal('account-1.3');
    });

    it('pages through the requests of a tenant, the newest first', async () => {
      for (const n of [1, 2, 3, 4])
        await store().insert(
          aResetRequest({
            id: `account-${n}.1`,
            accountId: `account-${n}`,
            createdAt: NOW + (n > 2 ? 1 : 0),
          }),
        );
      await store().insert(aResetRequest({ id: 'x.1', accountId: 'x', tenantId: 'other' }));
      const first = await store().pageByTenant('acme', null, 3);
      expect(first.map(({ id }) => id)).to.deep.equal(['account-3.1', 'account-4.1', 'account-1.1']);
      const rest = await store().pageByTenant('acme', first.at(-1) ?? null, 3);
      expect(rest.map(({ id }) => id)).to.deep.equal(['account-2.1']);
    });

    it('lists an approval from its time on until it is settled [1.5]', async () => {
      for (const [n, dueAt] of [NOW + 2, NOW + 1, null].entries()) {
        await store().insert(aResetRequest({ id: `account-${n}.1`, accountId: `account-${n}` }));
        await store().take(aResetStep({ requestId: `account-${n}.1`, dueAt }));
      }
      expect(await store().listDue(NOW, 10)).to.deep.equal([]);
      expect(await store().listDue(NOW + 1, 10)).to.deep.equal(['account-1.1']);
      expect(await store().listDue(NOW + 2, 10)).to.deep.equal(['account-1.1', 'account-0.1']);
      expect(await store().listDue(NOW + 2, 1)).to.deep.equal(['account-1.1']);
      await store().settle('account-1.1');
      await store().settle('account-1.1');
      expect(await store().listDue(NOW + 2, 10)).to.deep.equal(['account-0.1']);
      expect((await store().find('account-1.1'))?.steps[0]?.dueAt).to.equal(null);
    });
  });
}
