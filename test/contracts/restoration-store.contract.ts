/** The contract of a restored store: nothing that a backup brings back can be used again. */
import { expect } from 'chai';
import type { QueueStore } from '../../src/ports/queue.ts';
import type { RestorationStore } from '../../src/ports/restoration.ts';
import type {
  DurableProviderStore,
  EnrolmentStore,
  SessionClientStore,
  SignInRecordStore,
  TrustedBrowserStore,
} from '../../src/ports/stores.ts';
import { aMail, anEnrolment, aSessionClient, aSignInRecord, aTrustedBrowser, NOW } from './examples.ts';
import { freshStore, type MakeStore } from './make-store.ts';

export interface RestoredStores {
  readonly restoration: RestorationStore;
  readonly enrolments: EnrolmentStore;
  readonly records: SignInRecordStore;
  readonly sessionClients: SessionClientStore;
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly providerDurable: DurableProviderStore;
  readonly mailOutbox: QueueStore;
  readonly logoutOutbox: QueueStore;
}

/** More than any adapter changes in one batch. */
const MANY = 503;

/** A few at a time, as many as a pool of connections takes. */
async function many(act: (index: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < MANY; done += 10)
    await Promise.all(Array.from({ length: Math.min(10, MANY - done) }, (_, index) => act(done + index)));
}

export function restorationStoreContract(name: string, makeStore: MakeStore<RestoredStores>): void {
  describe(`${name}: restored store`, () => {
    const stores = freshStore(makeStore);
    const stepsOf = async (accountId = 'account-1') =>
      (await stores().enrolments.listByAccount(accountId)).map(({ lastStep }) => lastStep);

    it('raises the last step of every enrolment of a method, and lowers none [R42]', async () => {
      const { enrolments, restoration } = stores();
      await enrolments.insert(anEnrolment({ id: 'unused' }));
      await enrolments.insert(anEnrolment({ id: 'older', createdAt: NOW + 1, lastStep: 90 }));
      await enrolments.insert(anEnrolment({ id: 'raised', createdAt: NOW + 2, lastStep: 90 }));
      await enrolments.raiseLastStep('raised', 120, 'account-1', NOW);
      await enrolments.insert(anEnrolment({ id: 'newer', createdAt: NOW + 3, lastStep: 130 }));
      await enrolments.insert(anEnrolment({ id: 'key', createdAt: NOW + 4, method: 'passkey', lastStep: 5 }));
      await enrolments.insert(anEnrolment({ id: 'other', accountId: 'account-2' }));
      for (let time = 0; time < 2; time += 1) {
        await restoration.raiseLastSteps('totp', 100);
        expect(await stepsOf()).to.deep.equal([100, 100, 120, 130, 5]);
        expect(await stepsOf('account-2')).to.deep.equal([100]);
      }
      await enrolments.raiseLastStep('unused', 101, 'account-1', NOW);
      expect((await stepsOf())[0]).to.equal(101);
    });

    it('raises the last step of more enrolments than fit into a batch [R42]', async () => {
      const { enrolments, restoration } = stores();
      await many((index) => enrolments.insert(anEnrolment({ id: `app-${index}` })));
      await restoration.raiseLastSteps('totp', 100);
      expect(new Set(await stepsOf())).to.deep.equal(new Set([100]));
    });

    it('removes the secrets of one method, and keeps the enrolments [R42]', async () => {
      const { enrolments, restoration } = stores();
      const app = anEnrolment();
      const codes = anEnrolment({ id: 'codes', method: 'recovery', createdAt: NOW + 1 });
      const used = anEnrolment({ id: 'used', method: 'recovery', createdAt: NOW + 2, lastStep: 10 });
      for (const each of [app, codes, used]) await enrolments.insert(each);
      for (let time = 0; time < 2; time += 1) {
        await restoration.removeSecrets('recovery');
        expect(await enrolments.listByAccount('account-1')).to.deep.equal([
          app,
          { ...codes, secret: null, lastStep: 0 },
          { ...used, secret: null },
        ]);
      }
    });

    it('removes sign-in records, their applications, tokens, trust and what waits to be sent [R42]', async () => {
      const { records, sessionClients, trustedBrowsers, providerDurable } = stores();
      const { mailOutbox, logoutOutbox, enrolments, restoration } = stores();
      await enrolments.insert(anEnrolment());
      await many((index) => records.save(aSignInRecord({ sessionUid: `session-${index}` })));
      await sessionClients.insert(aSessionClient());
      await trustedBrowsers.insert(aTrustedBrowser());
      await providerDurable.upsert('RefreshToken', 'token-1', { grantId: 'grant-1' }, null);
      await providerDurable.upsert('Grant', 'grant-1', {}, null);
      await mailOutbox.insert(aMail(), NOW, null);
      await logoutOutbox.insert(aMail(), NOW, null);

      await restoration.removeIssued();
      expect(await records.listByAccount('account-1', NOW)).to.deep.equal([]);
      expect(await sessionClients.listByAccount('account-1', NOW)).to.deep.equal([]);
      expect(await trustedBrowsers.listByAccount('account-1', NOW)).to.deep.equal([]);
      expect(await providerDurable.find('RefreshToken', 'token-1', NOW)).to.equal(null);
      expect(await providerDurable.find('Grant', 'grant-1', NOW)).to.equal(null);
      for (const queue of [mailOutbox, logoutOutbox])
        expect(await queue.take(10, NOW, NOW + 1)).to.deep.equal([]);
      expect(await enrolments.listByAccount('account-1')).to.deep.equal([anEnrolment()]);
    });
  });
}
