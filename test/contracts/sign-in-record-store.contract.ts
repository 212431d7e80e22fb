/** The contract of a store of sign-in records. */
import { expect } from 'chai';
import type { SignInRecordStore } from '../../src/ports/stores.ts';
import { aSignInRecord, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

export function signInRecordStoreContract(name: string, makeStore: MakeStore<SignInRecordStore>): void {
  describe(`${name}: store of sign-in records`, () => {
    const store = freshStore(makeStore);

    it('gives back a record as it was saved', async () => {
      await store().save(aSignInRecord());
      expect(await store().find('session-1', NOW)).to.deep.equal(aSignInRecord());
      expect(await store().find('session-2', NOW)).to.equal(null);
    });

    it('gives back the trusted browser and the passkey details of a sign-in', async () => {
      const authentications = [
        { method: 'pwd', enrolmentId: null, atMs: NOW },
        {
          method: 'passkey',
          enrolmentId: 'a',
          atMs: NOW,
          passkey: { userVerified: false, deviceBound: true },
        },
        {
          method: 'passkey',
          enrolmentId: 'b',
          atMs: NOW,
          passkey: { userVerified: true, deviceBound: false },
        },
      ] as const;
      const record = aSignInRecord({ authentications, trustedBrowserId: 'browser-1' });
      await store().save(record);
      expect(await store().find('session-1', NOW)).to.deep.equal(record);
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([record]);
      await store().save(aSignInRecord());
      expect(await store().find('session-1', NOW)).to.deep.equal(aSignInRecord());
    });

    it('keeps the newest record of a session, whole', async () => {
      await store().save(aSignInRecord());
      const stepped = aSignInRecord({ authentications: [], browser: 'another', expiresAt: NOW + 2 * MINUTE });
      await store().save(stepped);
      expect(await store().find('session-1', NOW)).to.deep.equal(stepped);
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([stepped]);
    });

    it('knows a record until it expires [R38]', async () => {
      await store().save(aSignInRecord());
      expect(await store().find('session-1', NOW + MINUTE - 1)).to.deep.equal(aSignInRecord());
      expect(await store().find('session-1', NOW + MINUTE)).to.equal(null);
      expect(await store().listByAccount('account-1', NOW + MINUTE - 1)).to.have.length(1);
      expect(await store().listByAccount('account-1', NOW + MINUTE)).to.deep.equal([]);
    });

    it('lists the records of one account alone, newest first', async () => {
      await store().save(aSignInRecord({ sessionUid: 'second', atMs: NOW + 1 }));
      await store().save(aSignInRecord({ sessionUid: 'third', atMs: NOW }));
      await store().save(aSignInRecord({ sessionUid: 'first', atMs: NOW + 2 }));
      await store().save(aSignInRecord({ sessionUid: 'other', accountId: 'account-2' }));
      const uids = (await store().listByAccount('account-1', NOW)).map(({ sessionUid }) => sessionUid);
      expect(uids).to.deep.equal(['first', 'second', 'third']);
    });

    it('replaces the authentications of one record, and changes nothing else', async () => {
      const other = aSignInRecord({ sessionUid: 'session-2' });
      await store().save(aSignInRecord());
      await store().save(other);
      const authentications = [{ method: 'pwd', enrolmentId: null, atMs: NOW + 1 }] as const;
      await store().replaceAuthentications('session-1', authentications);
      expect(await store().find('session-1', NOW)).to.deep.equal(aSignInRecord({ authentications }));
      expect(await store().find('session-2', NOW)).to.deep.equal(other);
    });

    it('raises the time of the last use of one record, and never lowers it', async () => {
      await store().save(aSignInRecord());
      await store().save(aSignInRecord({ sessionUid: 'session-2' }));
      await store().noteUse('session-1', NOW + 5);
      await store().noteUse('session-1', NOW + 3);
      expect(await store().find('session-1', NOW)).to.deep.equal(aSignInRecord({ lastUsedAt: NOW + 5 }));
      expect((await store().find('session-2', NOW))?.lastUsedAt).to.equal(NOW);
      await store().noteUse('session-3', NOW + 5);
      expect(await store().find('session-3', NOW)).to.equal(null);
    });

    it('collects the applications whose tokens outlive a session, and keeps them through a save', async () => {
      await store().save(aSignInRecord());
      await store().noteOffline('session-1', 'rp');
      await store().noteOffline('session-1', 'app.two');
      await store().noteOffline('session-1', 'rp');
      await store().save(aSignInRecord({ browser: 'another' }));
      const kept = aSignInRecord({ browser: 'another', offlineClients: ['rp', 'app.two'] });
      expect(await store().find('session-1', NOW)).to.deep.equal(kept);
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([kept]);
      await store().noteOffline('session-2', 'rp');
      expect(await store().find('session-2', NOW)).to.equal(null);
    });

    it('leaves nothing of a record that is removed during 50 replacements of its authentications [A86]', async () => {
      const replace = (index: number) =>
        store().replaceAuthentications('session-1', [
          { method: 'pwd', enrolmentId: null, atMs: NOW + index },
        ]);
      await store().save(aSignInRecord());
      await together(51, (index) => (index === 25 ? store().remove('session-1') : replace(index)));
      expect(await store().find('session-1', NOW)).to.equal(null);
      await replace(51);
      expect(await store().find('session-1', NOW)).to.equal(null);
      expect(await store().listByAccount('account-1', NOW)).to.deep.equal([]);
    });

    it('removes a record, also repeatedly', async () => {
      await store().save(aSignInRecord());
      await store().remove('session-1');
      expect(await store().find('session-1', NOW)).to.equal(null);
      await store().remove('session-1');
    });
  });
}
