/** The contract of a store that lists people: scopes, conditions and totals, whatever happens beside. */
import { expect } from 'chai';
import { isFactor } from '../../src/domain/enrolment/enrolment.ts';
import { CATALOGUE } from '../../src/domain/methods/index.ts';
import { anEnrolment, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';
import { ACME, CONDITIONS, EVERYBODY, peopleOf, type StoresOfPeople } from './people-lists.ts';

export function peopleStoreContract(name: string, makeStores: MakeStore<StoresOfPeople>): void {
  describe(`${name}: people store`, () => {
    const stores = freshStore(makeStores);
    const { store, add, enrol, list, find } = peopleOf(stores);

    it('gives whole accounts in the order of their e-mail addresses, page by page', async () => {
      for (const id of ['dan', 'bob', 'eve', 'ann', 'kim']) await add(id, { groups: ['finance'] });
      expect(await list()).to.deep.equal(['ann', 'bob', 'dan', 'eve', 'kim']);
      const [bob] = await store().page(ACME, EVERYBODY, 'ann@acme.test', 1, NOW);
      expect(bob).to.deep.equal(await stores().accounts.findById('bob'));
      expect(await store().page(ACME, EVERYBODY, 'kim@acme.test', 2, NOW)).to.deep.equal([]);
      expect(await store().page(ACME, EVERYBODY, 'b', 1, NOW), 'the address of nobody').to.deep.equal([bob]);
    });

    it('never gives, finds or counts anybody of another tenant [A61]', async () => {
      await add('bob', { groups: ['finance'] });
      await add('spy', { tenantId: 'globex', groups: ['finance'], disabledAt: null });
      await enrol('spy');
      await stores().lockouts.lock('spy', NOW + MINUTE, 1, 'spy');
      for (const condition of CONDITIONS) {
        for (const group of [null, 'finance'])
          expect(await list({ condition, group }), condition).not.to.include('spy');
      }
      expect(await find('spy')).to.deep.equal([]);
      expect(await store().find(ACME, 'spy')).to.equal(null);
      expect((await store().find(ACME, 'bob'))?.id).to.equal('bob');
      expect(await store().totals(ACME, NOW)).to.deep.equal({
        ...{ members: 1, protected: 0, unprotected: 1, locked: 0, unconfirmed: 1 },
        byMethod: new Map(),
      });
    });

    it('keeps a manager to the members of some groups, each of them once [A61]', async () => {
      await add('both', { groups: ['finance', 'sales'] });
      await add('finance', { groups: ['finance'] });
      await add('sales', { groups: ['sales', 'lab'] });
      await add('lab', { groups: ['lab'] });
      await add('none');
      await enrol('both');
      await enrol('none');
      const scope = { tenantId: 'acme', groups: ['sales', 'finance', 'nobody'] };
      expect(await list({}, scope)).to.deep.equal(['both', 'finance', 'sales']);
      expect(await list({ group: 'lab' }, scope), 'a group that is not managed').to.deep.equal(['sales']);
      expect(await list({ group: 'finance' }, scope)).to.deep.equal(['both', 'finance']);
      expect(await list({ group: 'lab' })).to.deep.equal(['lab', 'sales']);
      expect(await find('lab', scope)).to.deep.equal([]);
      expect(await find('f', scope)).to.deep.equal(['finance']);
      expect(await store().find(scope, 'none')).to.equal(null);
      expect((await store().find(scope, 'sales'))?.id).to.equal('sales');
      expect(await store().totals(scope, NOW)).to.deep.equal({
        ...{ members: 3, protected: 1, unprotected: 2, locked: 0, unconfirmed: 3 },
        byMethod: new Map([['totp', 1]]),
      });
    });

    it('shows nobody to a manager of no groups [A61]', async () => {
      await add('bob', { groups: ['finance'] });
      const scope = { tenantId: 'acme', groups: [] };
      for (const condition of [null, ...CONDITIONS])
        expect(await list({ condition }, scope), String(condition)).to.deep.equal([]);
      expect(await list({ group: 'finance' }, scope)).to.deep.equal([]);
      expect(await find('bob', scope)).to.deep.equal([]);
      expect(await store().find(scope, 'bob')).to.equal(null);
      expect((await store().totals(scope, NOW)).members).to.equal(0);
    });

    it('takes the name of a group as it is, whatever characters it has', async () => {
      const groups = ['%', '_', '*', "'", '$ne', '["a"]', 'Finance'];
      for (const [index, group] of groups.entries()) await add(`p${index}`, { groups: [group] });
      for (const [index, group] of groups.entries())
        expect(await list({ group })).to.deep.equal([`p${index}`]);
      expect(await list({ group: 'finance' })).to.deep.equal([]);
    });

    it('counts an account as protected by a factor of any kind, and by no recovery codes', async () => {
      for (const { name: method } of CATALOGUE) {
        await add(method);
        await enrol(method, method);
      }
      await add('newer');
      await stores().enrolments.insert(anEnrolment({ accountId: 'newer', method: 'x-newer' }));
      const methods = [...CATALOGUE.map(({ name: method }) => method), 'newer'];
      const factors = methods.filter((method) => method === 'newer' || isFactor({ method } as never));
      expect(await list({ condition: 'protected' })).to.deep.equal(factors.toSorted());
      const others = methods.filter((method) => !factors.includes(method));
      expect(await list({ condition: 'unprotected' })).to.deep.equal(others.toSorted());
      const { byMethod } = await store().totals(ACME, NOW);
      const each = [...CATALOGUE.map(({ name: method }) => method), 'x-newer'];
      expect([...byMethod].toSorted()).to.deep.equal(each.map((method) => [method, 1]).toSorted());
    });

    it('counts an account once for a method that it has set up twice', async () => {
      await add('bob');
      await enrol('bob', 'totp', 1);
      await enrol('bob', 'totp', 2);
      expect((await store().totals(ACME, NOW)).byMethod).to.deep.equal(new Map([['totp', 1]]));
      await stores().enrolments.remove('bob', 'bob-totp-1');
      expect(await list({ condition: 'protected' })).to.deep.equal(['bob']);
      await stores().enrolments.remove('bob', 'bob-totp-2');
      expect(await list({ condition: 'protected' })).to.deep.equal([]);
      expect((await store().totals(ACME, NOW)).byMethod).to.deep.equal(new Map());
    });

    it('knows the factors that were stored before their account', async () => {
      await enrol('bob');
      await add('bob');
      expect(await list({ condition: 'protected' })).to.deep.equal(['bob']);
      expect((await store().totals(ACME, NOW)).byMethod).to.deep.equal(new Map([['totp', 1]]));
    });

    it('is right after 50 enrolments at once, and after their removal at once', async () => {
      await add('bob');
      const methods = ['totp', 'sms', 'email', 'passkey', 'recovery'] as const;
      await together(50, (n) => enrol('bob', methods[n % 5] ?? 'totp', n));
      expect(await list({ condition: 'protected' })).to.deep.equal(['bob']);
      const all = new Map(methods.map((method) => [method as string, 1]));
      const sorted = async () => [...(await store().totals(ACME, NOW)).byMethod].toSorted();
      expect(await sorted()).to.deep.equal([...all].toSorted());
      const kept = 'bob-sms-1';
      await together(50, async (n) => {
        const id = `bob-${methods[n % 5]}-${n}`;
        return id !== kept && stores().enrolments.remove('bob', id);
      });
      expect(await sorted()).to.deep.equal([['sms', 1]]);
      await stores().enrolments.remove('bob', kept);
      expect(await list({ condition: 'unprotected' })).to.deep.equal(['bob']);
    });

    it('knows the factors that are left when some are added and others are removed at once', async () => {
      await add('bob');
      for (let n = 0; n < 20; n += 1) await enrol('bob', 'totp', n);
      await together(40, (n) =>
        n % 2 === 0 ? stores().enrolments.remove('bob', `bob-totp-${n / 2}`) : enrol('bob', 'sms', n),
      );
      expect((await store().totals(ACME, NOW)).byMethod).to.deep.equal(new Map([['sms', 1]]));
      expect(await list({ condition: 'protected' })).to.deep.equal(['bob']);
    });

    it('lists those who wait until the wait is over, lifted or forgotten', async () => {
      for (const id of ['ann', 'bob', 'dan', 'eve']) await add(id);
      const { lockouts, administration } = stores();
      await lockouts.lock('password:ann', NOW + MINUTE, 1, 'ann');
      await lockouts.lock('second-factor:ann', NOW + 2 * MINUTE, 1, 'ann');
      await lockouts.lock('second-factor:bob', NOW + MINUTE, 1, 'bob');
      await lockouts.lock('password:dan', NOW + MINUTE, 1, 'dan');
      await lockouts.lock('password:nobody', NOW + MINUTE, 1, null);
      await lockouts.lock('password:gone', NOW + MINUTE, 1, 'gone');
      const locked = (now = NOW) => list({ condition: 'locked' }, ACME, now);
      expect(await locked()).to.deep.equal(['ann', 'bob', 'dan']);
      expect((await store().totals(ACME, NOW)).locked).to.equal(3);
      expect(await locked(NOW + MINUTE)).to.deep.equal(['ann']);
      await administration.liftLock('second-factor:bob');
      await lockouts.reset('password:dan');
      await lockouts.reset('password:ann');
      expect(await locked()).to.deep.equal(['ann']);
      await stores().accounts.update('ann', { disabledAt: NOW }, NOW);
      expect(await locked()).to.deep.equal([]);
    });

    it('lists an account whose address was locked before it existed, with the next lock', async () => {
      await stores().lockouts.lock('password:bob', NOW + MINUTE, 1, null);
      await add('bob');
      await stores().lockouts.lock('password:bob', NOW + 2 * MINUTE, 2, 'bob');
      await stores().lockouts.lock('password:bob', NOW + 3 * MINUTE, 2, null);
      expect(await list({ condition: 'locked' })).to.deep.equal(['bob']);
    });

    it('counts no disabled account, and lists it among the disabled and in a list without a condition', async () => {
      await add('ann', { disabledAt: NOW });
      await add('bob');
      await enrol('ann');
      await stores().lockouts.lock('second-factor:ann', NOW + MINUTE, 1, 'ann');
      for (const condition of CONDITIONS) {
        const ids = await list({ condition });
        expect(ids.includes('ann'), condition).to.equal(condition === 'disabled');
      }
      expect(await list()).to.deep.equal(['ann', 'bob']);
      expect((await store().totals(ACME, NOW)).members).to.equal(1);
      await stores().accounts.update('ann', { disabledAt: null }, NOW);
      for (const condition of ['protected', 'locked', 'unconfirmed', 'enabled'] as const)
        expect(await list({ condition }), condition).to.include('ann');
    });

    it('takes an account from the unconfirmed when its address is confirmed', async () => {
      await add('bob');
      expect(await list({ condition: 'unconfirmed' })).to.deep.equal(['bob']);
      await stores().accounts.confirmEmail('bob', 'bob@acme.test', NOW);
      expect(await list({ condition: 'unconfirmed' })).to.deep.equal([]);
    });
  });
}
