/** The contract of a store of the applications of sessions. */
import { expect } from 'chai';
import type { SessionClientStore } from '../../src/ports/stores.ts';
import { aSessionClient, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

export function sessionClientStoreContract(name: string, makeStore: MakeStore<SessionClientStore>): void {
  describe(`${name}: store of the applications of sessions`, () => {
    const store = freshStore(makeStore);

    it('gives back an application of a session and of an account as it was stored', async () => {
      await store().insert(aSessionClient());
      expect(await store().listBySession('session-1', NOW)).to.deep.equal([aSessionClient()]);
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([aSessionClient()]);
      expect(await store().listBySession('session-2', NOW)).to.deep.equal([]);
      expect(await store().listByAccount('account-2', NOW)).to.deep.equal([]);
    });

    it('keeps the first of 50 simultaneous entries of a session, application and sid [A120]', async () => {
      await together(50, (n) => store().insert(aSessionClient({ noticeId: `notice-${n}` })));
      const [kept, ...others] = await store().listBySession('session-1', NOW);
      expect(others).to.deep.equal([]);
      await store().insert(aSessionClient({ noticeId: 'late' }));
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([kept]);
    });

    it('lives as long as its last entry, under the notice of the first [A120]', async () => {
      await store().insert(aSessionClient());
      const longer = aSessionClient({ noticeId: 'late', expiresAt: NOW + 2 * MINUTE });
      await store().insert(longer);
      await store().insert(aSessionClient({ noticeId: 'later' }));
      const kept = { ...longer, noticeId: 'notice-1' };
      expect(await store().listByAccount('account-1', NOW + MINUTE)).to.deep.equal([kept]);
      expect(await store().listByAccount('account-1', NOW + 2 * MINUTE)).to.deep.equal([]);
    });

    it('keeps applications, sids and sessions apart', async () => {
      await store().insert(aSessionClient());
      await store().insert(aSessionClient({ clientId: 'client-2', noticeId: 'notice-2' }));
      await store().insert(aSessionClient({ sid: 'sid-2', noticeId: 'notice-3' }));
      await store().insert(aSessionClient({ sessionUid: 'session-2', noticeId: 'notice-4' }));
      const idsOf = async (uid: string) =>
        (await store().listBySession(uid, NOW)).map(({ noticeId }) => noticeId);
      expect(await idsOf('session-1')).to.have.members(['notice-1', 'notice-2', 'notice-3']);
      expect(await idsOf('session-2')).to.deep.equal(['notice-4']);
      expect(await store().listByAccount('account-1', NOW)).to.have.length(4);
    });

    it('removes one entry by its notice, also repeatedly, and lets a new one take its place', async () => {
      await store().insert(aSessionClient());
      await store().insert(aSessionClient({ clientId: 'client-2', noticeId: 'notice-2' }));
      await store().remove('notice-1');
      await store().remove('notice-1');
      const next = aSessionClient({ noticeId: 'notice-3' });
      await store().insert(next);
      await store().remove('notice-2');
      expect(await store().listBySession('session-1', NOW)).to.deep.equal([next]);
    });

    it('keeps one entry at most of those that are noted during a removal [A120]', async () => {
      await store().insert(aSessionClient());
      await together(51, (n) =>
        n === 25 ? store().remove('notice-1') : store().insert(aSessionClient({ noticeId: `later-${n}` })),
      );
      const left = await store().listBySession('session-1', NOW);
      expect(left).to.have.length.at.most(1);
      for (const { noticeId } of left) await store().remove(noticeId);
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([]);
    });

    it('knows an application until it expires [R38]', async () => {
      await store().insert(aSessionClient());
      expect(await store().listBySession('session-1', NOW + MINUTE - 1)).to.have.length(1);
      expect(await store().listBySession('session-1', NOW + MINUTE)).to.deep.equal([]);
      expect(await store().listByAccount('account-1', NOW + MINUTE)).to.deep.equal([]);
    });
  });
}
