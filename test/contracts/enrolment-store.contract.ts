/** The contract of an enrolment store. */
import { expect } from 'chai';
import type { EnrolmentStore } from '../../src/ports/stores.ts';
import { anEnrolment, NOW } from './examples.ts';
import { freshStore, type MakeStore, together, winners } from './make-store.ts';

export function enrolmentStoreContract(name: string, makeStore: MakeStore<EnrolmentStore>): void {
  describe(`${name}: enrolment store`, () => {
    const store = freshStore(makeStore);
    const lastStep = async () => (await store().listByAccount('account-1'))[0]?.lastStep;

    it('gives back an enrolment as it was inserted', async () => {
      const full = anEnrolment({ label: 'work phone', app: 'Aegis', lastStep: 58_333_333, isDefault: true });
      const bare = anEnrolment({
        id: 'enrolment-2',
        method: 'email',
        secret: null,
        createdAt: NOW + 1,
      });
      expect(await store().insert(full)).to.equal(true);
      expect(await store().insert(bare)).to.equal(true);
      expect(await store().listByAccount('account-1')).to.deep.equal([full, bare]);
    });

    it('inserts a copy of the last used enrolment, which is not the last used [2.7]', async () => {
      await store().insert(anEnrolment());
      await store().setLastUsed('account-1', 'enrolment-1');
      const [used = anEnrolment()] = await store().listByAccount('account-1');
      expect(used.isLastUsed).to.equal(true);
      expect(await store().insert({ ...used, id: 'enrolment-2' })).to.equal(true);
      const copied = await store().listByAccount('account-1');
      expect(copied.map(({ id, isLastUsed = false }) => [id, isLastUsed])).to.deep.equal([
        ['enrolment-1', true],
        ['enrolment-2', false],
      ]);
    });

    it('lists the enrolments of one account alone, oldest first', async () => {
      await store().insert(anEnrolment({ id: 'third', createdAt: NOW + 2 }));
      await store().insert(anEnrolment({ id: 'first', createdAt: NOW }));
      await store().insert(anEnrolment({ id: 'other', accountId: 'account-2' }));
      await store().insert(anEnrolment({ id: 'second', createdAt: NOW + 1 }));
      const ids = (await store().listByAccount('account-1')).map(({ id }) => id);
      expect(ids).to.deep.equal(['first', 'second', 'third']);
      expect(await store().listByAccount('account-3')).to.deep.equal([]);
    });

    it('refuses an id that is taken and overwrites nothing', async () => {
      await store().insert(anEnrolment());
      expect(await store().insert(anEnrolment({ secret: 'stolen' }))).to.equal(false);
      expect(await store().insert(anEnrolment({ accountId: 'account-2' }))).to.equal(false);
      expect(await store().listByAccount('account-1')).to.deep.equal([anEnrolment()]);
      expect(await store().listByAccount('account-2')).to.deep.equal([]);
    });

    it('lets one of 50 parallel callers insert', async () => {
      const won = await winners(50, (index) => store().insert(anEnrolment({ secret: `sealed-${index}` })));
      expect(won).to.equal(1);
      expect(await store().listByAccount('account-1')).to.have.length(1);
    });

    it('removes an enrolment of the given account only', async () => {
      await store().insert(anEnrolment());
      expect(await store().remove('account-2', 'enrolment-1')).to.equal(false);
      expect(await store().listByAccount('account-1')).to.have.length(1);
      expect(await store().remove('account-1', 'enrolment-1')).to.equal(true);
      expect(await store().listByAccount('account-1')).to.deep.equal([]);
      expect(await store().remove('account-1', 'enrolment-1')).to.equal(false);
    });

    it('lets one of 50 parallel callers remove', async () => {
      await store().insert(anEnrolment());
      expect(await winners(50, () => store().remove('account-1', 'enrolment-1'))).to.equal(1);
    });

    it('leaves nothing of an enrolment that is removed during 50 changes of it', async () => {
      await store().insert(anEnrolment());
      const changes = [
        (index: number) => store().raiseLastStep('enrolment-1', index, 'account-1', NOW),
        () => store().setDefault('account-1', 'enrolment-1'),
        () => store().setLabel('account-1', 'enrolment-1', 'Tablet'),
        () => store().setLastUsed('account-1', 'enrolment-1'),
      ];
      const results = await together<unknown>(51, async (index) =>
        index === 25 ? store().remove('account-1', 'enrolment-1') : changes[index % changes.length]?.(index),
      );
      expect([results[25], await store().listByAccount('account-1')]).to.deep.equal([true, []]);
      await store().raiseLastStep('enrolment-1', 100, 'account-1', NOW);
      await store().setDefault('account-1', 'enrolment-1');
      expect(await store().listByAccount('account-1')).to.deep.equal([]);
    });

    it('raises the last step and never lowers it [A34]', async () => {
      await store().insert(anEnrolment());
      await store().raiseLastStep('enrolment-1', 100, 'account-1', NOW);
      expect(await lastStep()).to.equal(100);
      await store().raiseLastStep('enrolment-1', 99, 'account-1', NOW);
      expect(await lastStep()).to.equal(100);
      await store().raiseLastStep('enrolment-1', 101, 'account-1', NOW);
      expect(await store().listByAccount('account-1')).to.deep.equal([anEnrolment({ lastStep: 101 })]);
    });

    it('ends at the highest of 50 steps raised at once [A34]', async () => {
      await store().insert(anEnrolment());
      // 37 and 50 have no common divisor: every step from 0 to 49, out of order.
      await together(50, (index) =>
        store().raiseLastStep('enrolment-1', (index * 37) % 50, 'account-1', NOW),
      );
      expect(await lastStep()).to.equal(49);
    });

    it('makes one enrolment or none the default, and changes nothing else', async () => {
      const one = anEnrolment({ id: 'one', isDefault: true });
      const two = anEnrolment({ id: 'two', createdAt: NOW + 1, lastStep: 7 });
      const other = anEnrolment({ id: 'other', accountId: 'account-2', isDefault: true });
      for (const each of [one, two, other]) await store().insert(each);
      const chosen = (...ids: string[]) =>
        [one, two].map((each) => ({ ...each, isDefault: ids.includes(each.id) }));
      await store().setDefault('account-1', 'two');
      expect(await store().listByAccount('account-1')).to.deep.equal(chosen('two'));
      await store().setDefault('account-1', 'two');
      expect(await store().listByAccount('account-1')).to.deep.equal(chosen('two'));
      await store().setDefault('account-1', 'one');
      expect(await store().listByAccount('account-1')).to.deep.equal(chosen('one'));
      await store().setDefault('account-1', null);
      expect(await store().listByAccount('account-1')).to.deep.equal(chosen());
      expect(await store().listByAccount('account-2')).to.deep.equal([other]);
    });

    it('makes no enrolment of another account the default', async () => {
      const other = anEnrolment({ id: 'other', accountId: 'account-2' });
      await store().insert(anEnrolment());
      await store().insert(other);
      await store().setDefault('account-1', 'other');
      expect(await store().listByAccount('account-1')).to.deep.equal([anEnrolment()]);
      expect(await store().listByAccount('account-2')).to.deep.equal([other]);
    });

    it('has one default when 50 parallel callers choose, also the first time', async () => {
      for (let index = 0; index < 5; index += 1) {
        await store().insert(anEnrolment({ id: `enrolment-${index}`, isDefault: index === 0 }));
      }
      const defaults = async () =>
        (await store().listByAccount('account-1')).filter(({ isDefault }) => isDefault);
      await together(50, (index) => store().setDefault('account-1', `enrolment-${index % 5}`));
      expect(await defaults()).to.have.length(1);
      await store().remove('account-1', String((await defaults())[0]?.id));
      expect(await defaults()).to.deep.equal([]);
      expect(await store().listByAccount('account-1')).to.have.length(4);
    });

    it('renames one enrolment of its account, also to the same name, and changes nothing else [4.1]', async () => {
      const one = anEnrolment({ id: 'one', isDefault: true, lastStep: 7 });
      const two = anEnrolment({ id: 'two', createdAt: NOW + 1 });
      for (const each of [one, two]) await store().insert(each);
      for (const label of ['Work phone', 'Work phone', ''])
        expect(await store().setLabel('account-1', 'one', label)).to.equal(true);
      expect(await store().setLabel('account-1', 'one', 'Tablet')).to.equal(true);
      expect(await store().listByAccount('account-1')).to.deep.equal([{ ...one, label: 'Tablet' }, two]);
    });

    it('suspends one enrolment of its account, and ends that again', async () => {
      const one = anEnrolment({ id: 'one' });
      const two = anEnrolment({ id: 'two', createdAt: NOW + 1 });
      for (const each of [one, two]) await store().insert(each);
      expect(await store().setSuspended('account-1', 'one', NOW)).to.equal(true);
      expect(await store().listByAccount('account-1')).to.deep.equal([{ ...one, suspendedAt: NOW }, two]);
      expect(await store().setSuspended('account-2', 'two', NOW)).to.equal(false);
      expect(await store().setSuspended('account-1', 'gone', NOW)).to.equal(false);
      expect(await store().setSuspended('account-1', 'one', null)).to.equal(true);
      expect(await store().listByAccount('account-1')).to.deep.equal([one, two]);
    });

    it('keeps the suspension of an enrolment that is put back', async () => {
      const suspended = anEnrolment({ suspendedAt: NOW });
      await store().insert(suspended);
      expect(await store().listByAccount('account-1')).to.deep.equal([suspended]);
    });

    it('renames no enrolment of another account, and none that was removed [A13]', async () => {
      await store().insert(anEnrolment({ label: 'Mine' }));
      expect(await store().setLabel('account-2', 'enrolment-1', 'Theirs')).to.equal(false);
      expect(await store().listByAccount('account-1')).to.deep.equal([anEnrolment({ label: 'Mine' })]);
      await store().remove('account-1', 'enrolment-1');
      expect(await store().setLabel('account-1', 'enrolment-1', 'Gone')).to.equal(false);
      expect(await store().listByAccount('account-1')).to.deep.equal([]);
    });

    it('keeps the last step of a new default, and raises it afterwards [A34]', async () => {
      await store().insert(anEnrolment());
      await store().raiseLastStep('enrolment-1', 100, 'account-1', NOW);
      await store().setDefault('account-1', 'enrolment-1');
      expect(await lastStep()).to.equal(100);
      await store().raiseLastStep('enrolment-1', 101, 'account-1', NOW);
      const raised = anEnrolment({ lastStep: 101, isDefault: true });
      expect(await store().listByAccount('account-1')).to.deep.equal([raised]);
    });

    it('makes one enrolment of an account the last used, and changes nothing else [2.7]', async () => {
      const one = anEnrolment({ id: 'one', isDefault: true });
      const two = anEnrolment({ id: 'two', createdAt: NOW + 1, lastStep: 7 });
      const other = anEnrolment({ id: 'other', accountId: 'account-2' });
      for (const each of [one, two, other]) await store().insert(each);
      await store().setLastUsed('account-1', 'two');
      expect(await store().listByAccount('account-1')).to.deep.equal([one, { ...two, isLastUsed: true }]);
      await store().setLastUsed('account-1', 'one');
      expect(await store().listByAccount('account-1')).to.deep.equal([{ ...one, isLastUsed: true }, two]);
      await store().setLastUsed('account-1', 'other');
      expect(await store().listByAccount('account-1')).to.deep.equal([one, two]);
      expect(await store().listByAccount('account-2')).to.deep.equal([other]);
    });

    it('has one last used enrolment when 50 parallel callers use several [2.7]', async () => {
      for (const id of ['0', '1', '2']) await store().insert(anEnrolment({ id }));
      await together(50, (index) => store().setLastUsed('account-1', String(index % 3)));
      const enrolled = await store().listByAccount('account-1');
      expect(enrolled.filter(({ isLastUsed }) => isLastUsed)).to.have.length(1);
    });

    it('raises nothing where there is no enrolment', async () => {
      await store().raiseLastStep('enrolment-1', 100, 'account-1', NOW);
      expect(await store().listByAccount('account-1')).to.deep.equal([]);
    });
  });
}
