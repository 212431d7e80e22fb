/** The contract of a store for administrators: many accounts in one look, and the lift of a lock. */
import { expect } from 'chai';
import type { AdministrationStore } from '../../src/ports/administration/administration-store.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, OnceStore } from '../../src/ports/stores.ts';
import { anAccount, anEnrolment, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

interface Stores {
  readonly administration: AdministrationStore;
  readonly accounts: AccountStore;
  readonly enrolments: EnrolmentStore;
  readonly lockouts: LockoutStore;
  readonly onceKeys: OnceStore;
}

export function administrationStoreContract(name: string, makeStores: MakeStore<Stores>): void {
  describe(`${name}: administration store`, () => {
    const stores = freshStore(makeStores);
    const store = () => stores().administration;

    it('finds nothing where nothing is asked for or stored', async () => {
      for (const asked of [[], ['nothing', "' OR 1=1 --"]]) {
        expect(await store().accountsByEmail(asked)).to.deep.equal(new Map());
        expect(await store().accountsById(asked)).to.deep.equal(new Map());
        expect(await store().methodsOf(asked)).to.deep.equal(new Map());
        expect(await store().lockoutsOf(asked)).to.deep.equal(new Map());
        expect(await store().valuesOf(asked)).to.deep.equal(new Map());
      }
    });

    it('gives the accounts with some addresses as the account store does', async () => {
      const people = Array.from({ length: 500 }, (_, index) =>
        anAccount({ id: `account-${index}`, email: `person-${index}@acme.test`, groups: [`g${index % 3}`] }),
      );
      for (const person of people) await stores().accounts.insert(person);
      const asked = people.filter((_, index) => index % 2 === 0);
      const found = await store().accountsByEmail([...asked.map(({ email }) => email), 'eve@acme.test']);
      expect([...found.values()]).to.have.deep.members(asked);
      expect(found.get('person-8@acme.test')).to.deep.equal(
        await stores().accounts.findByEmail('person-8@acme.test'),
      );
      const byId = await store().accountsById([...asked.map(({ id }) => id), 'nobody']);
      expect([...byId.values()]).to.have.deep.members(asked);
      expect([...byId.keys()]).to.have.members(asked.map(({ id }) => id));
    });

    it('gives the methods of each account, oldest first', async () => {
      await stores().enrolments.insert(anEnrolment({ id: 'b', method: 'recovery', createdAt: NOW + 1 }));
      await stores().enrolments.insert(anEnrolment({ id: 'a', method: 'totp', createdAt: NOW }));
      await stores().enrolments.insert(anEnrolment({ id: 'c', accountId: 'account-2', method: 'email' }));
      await stores().enrolments.insert(anEnrolment({ id: 'd', accountId: 'account-3' }));
      await stores().enrolments.setDefault('account-1', 'a');
      await stores().enrolments.setLastUsed('account-1', 'a');
      await stores().enrolments.raiseLastStep('a', 5, 'account-1', NOW);
      expect(await store().methodsOf(['account-1', 'account-2', 'account-9'])).to.deep.equal(
        new Map([
          ['account-1', ['totp', 'recovery']],
          ['account-2', ['email']],
        ]),
      );
    });

    it('gives the locks and failures of each subject', async () => {
      await stores().lockouts.addFailure('a', 'totp', NOW);
      await stores().lockouts.addFailure('a', 'sms', NOW);
      await stores().lockouts.lock('a', NOW + MINUTE, 1, null);
      await stores().lockouts.addFailure('b', 'password', NOW);
      await stores().lockouts.lock('c', NOW + MINUTE, 2, null);
      await stores().lockouts.lock('d', NOW + MINUTE, 2, null);
      const found = await store().lockoutsOf(['a', 'b', 'c', 'nobody']);
      expect([...found.keys()]).to.have.members(['a', 'b', 'c']);
      for (const [subject, lockout] of found)
        expect(lockout, subject).to.deep.equal(await stores().lockouts.read(subject));
    });

    it('gives the values of once-only keys', async () => {
      await stores().onceKeys.first('grace:a', '17', null);
      await stores().onceKeys.first('grace:b', '18', null);
      expect(await store().valuesOf(['grace:a', 'grace:c'])).to.deep.equal(new Map([['grace:a', '17']]));
    });

    it('lifts a lock and its level, keeps the failures, and leaves other subjects', async () => {
      for (const subject of ['a', 'b']) {
        await stores().lockouts.addFailure(subject, 'totp', NOW);
        await stores().lockouts.lock(subject, NOW + MINUTE, 3, null);
      }
      await together(5, () => store().liftLock('a'));
      await store().liftLock('nobody');
      expect(await stores().lockouts.read('a')).to.deep.equal({
        lockedUntil: 0,
        level: 0,
        failures: { totp: 1 },
      });
      expect((await stores().lockouts.read('b')).lockedUntil).to.equal(NOW + MINUTE);
      await stores().lockouts.lock('a', NOW + 2 * MINUTE, 1, null);
      expect((await stores().lockouts.read('a')).lockedUntil).to.equal(NOW + 2 * MINUTE);
    });
  });
}
