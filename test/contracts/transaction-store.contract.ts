/** The contract of a store of sign-in transactions. */
import { expect } from 'chai';
import type { SignInTransaction } from '../../src/domain/sign-in/transaction.ts';
import type { TransactionStore } from '../../src/ports/stores.ts';
import { aChallenge, aTransaction, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function transactionStoreContract(name: string, makeStore: MakeStore<TransactionStore>): void {
  describe(`${name}: store of sign-in transactions`, () => {
    const store = freshStore(makeStore);
    const isFirst = async (transaction: SignInTransaction) => (await store().save(transaction)) !== null;

    it('gives back a saved transaction, one version higher', async () => {
      const replaces = { enrolmentId: 'enrolment-1', method: 'sms' } as const;
      const full = aTransaction({
        authentications: [
          { method: 'pwd', enrolmentId: null, atMs: NOW },
          { method: 'totp', enrolmentId: 'enrolment-1', atMs: NOW + 1 },
          {
            method: 'passkey',
            enrolmentId: 'enrolment-3',
            atMs: NOW + 2,
            passkey: { userVerified: true, deviceBound: false },
          },
        ],
        pendingEnrolment: { enrolmentId: 'enrolment-2', method: 'totp', secret: 'sealed', replaces },
        challenges: [
          aChallenge(),
          aChallenge({ id: 'challenge-2', method: 'passkey', purpose: 'set-up', digest: 'Zoë "quoted"' }),
        ],
        isSetUpProven: true,
        newCodes: 'sealed too',
        trustBrowser: true,
        canUsePasskeys: true,
        later: true,
        undo: { id: 'undo-1', kind: 'renamed', factorId: 'enrolment-1', before: '', after: 'Tablet' },
        keepsAuthTime: NOW - MINUTE,
      });
      expect(await store().find('interaction-1', NOW)).to.equal(null);
      expect(await store().save(full)).to.deep.equal({ ...full, version: 1 });
      expect(await store().find('interaction-1', NOW)).to.deep.equal({ ...full, version: 1 });
      expect(await store().save(aTransaction({ version: 1 }))).to.deep.equal(aTransaction({ version: 2 }));
      expect(await store().find('interaction-1', NOW)).to.deep.equal(aTransaction({ version: 2 }));
    });

    it('keeps the newest change that can be taken back, and none after it was', async () => {
      const renamed = {
        id: 'one',
        kind: 'renamed',
        factorId: 'enrolment-1',
        before: '',
        after: 'A',
      } as const;
      const chosen = { id: 'two', kind: 'default', factorId: null, before: null, after: null } as const;
      for (const [version, undo] of [renamed, chosen, null].entries()) {
        await store().save(aTransaction({ version, undo }));
        expect((await store().find('interaction-1', NOW))?.undo).to.deep.equal(undo);
      }
    });

    it('gives back an enrolment without a secret', async () => {
      const pendingEnrolment = { enrolmentId: 'enrolment-2', method: 'passkey', secret: null } as const;
      await store().save(aTransaction({ pendingEnrolment }));
      const found = await store().find('interaction-1', NOW);
      expect(found).to.deep.equal(aTransaction({ pendingEnrolment, version: 1 }));
    });

    it('lets one of 50 parallel callers consume a challenge [A41]', async () => {
      await store().save(aTransaction({ challenges: [aChallenge()] }));
      const found = await store().find('interaction-1', NOW);
      if (!found) throw new Error('no progress');
      expect(await winners(50, () => isFirst({ ...found, challenges: [] }))).to.equal(1);
      expect((await store().find('interaction-1', NOW))?.challenges).to.deep.equal([]);
    });

    it('refuses to save over a version that was not read', async () => {
      await store().save(aTransaction());
      expect(await store().save(aTransaction({ later: true })), 'as if none were stored').to.equal(null);
      expect(await store().save(aTransaction({ version: 2, later: true })), 'a version ahead').to.equal(null);
      await store().save(aTransaction({ version: 1 }));
      expect(await store().save(aTransaction({ version: 1, later: true })), 'a version behind').to.equal(
        null,
      );
      expect(await store().find('interaction-1', NOW)).to.deep.equal(aTransaction({ version: 2 }));
    });

    it('lets one of 50 parallel callers save over a version, also over the first', async () => {
      expect(await winners(50, () => isFirst(aTransaction()))).to.equal(1);
      expect(await winners(50, () => isFirst(aTransaction({ version: 1 })))).to.equal(1);
      expect((await store().find('interaction-1', NOW))?.version).to.equal(2);
    });

    it('knows a transaction until it expires [R38]', async () => {
      await store().save(aTransaction());
      expect(await store().find('interaction-1', NOW + MINUTE - 1)).to.deep.equal(
        aTransaction({ version: 1 }),
      );
      expect(await store().find('interaction-1', NOW + MINUTE)).to.equal(null);
    });

    it('allows a new transaction in the place of an expired one', async () => {
      await store().save(aTransaction());
      await store().save(aTransaction({ version: 1 }));
      expect(await store().find('interaction-1', NOW + MINUTE)).to.equal(null);
      const anew = aTransaction({ expiresAt: NOW + 2 * MINUTE });
      expect(await store().save(anew)).to.deep.equal({ ...anew, version: 1 });
      expect(await store().find('interaction-1', NOW + MINUTE)).to.deep.equal({ ...anew, version: 1 });
    });

    it('does not restore a removed transaction by a late save [A11]', async () => {
      await store().save(aTransaction());
      await store().remove('interaction-1');
      expect(await store().find('interaction-1', NOW)).to.equal(null);
      expect(await store().save(aTransaction({ version: 1 }))).to.equal(null);
      expect(await store().find('interaction-1', NOW)).to.equal(null);
      await store().remove('interaction-1');
    });

    it('leaves nothing of a transaction that is removed during 50 saves [A11]', async () => {
      await store().save(aTransaction());
      await together<unknown>(51, (index) =>
        index === 25
          ? store().remove('interaction-1')
          : store().save(aTransaction({ version: 1 + (index % 3) })),
      );
      expect(await store().find('interaction-1', NOW)).to.equal(null);
    });

    it('keeps sign-ins apart', async () => {
      await store().save(aTransaction());
      await store().save(aTransaction({ uid: 'interaction-2', accountId: 'account-2' }));
      await store().remove('interaction-1');
      expect((await store().find('interaction-2', NOW))?.accountId).to.equal('account-2');
    });
  });
}
