/** The contract of searches in a store that lists people. */
import { expect } from 'chai';
import type { Account } from '../../src/domain/account.ts';
import { isInScope, type Scope } from '../../src/domain/administration/may-act.ts';
import { searchText } from '../../src/domain/administration/search-text.ts';
import type { PeopleCondition, PeopleQuery } from '../../src/ports/administration/people-store.ts';
import { anAccount, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore } from './make-store.ts';
import { ACME, CONDITIONS, EVERYBODY, peopleOf, type StoresOfPeople } from './people-lists.ts';

export function peopleSearchContract(name: string, makeStores: MakeStore<StoresOfPeople>): void {
  describe(`${name}: searches in the people store`, () => {
    const stores = freshStore(makeStores);
    const { store, add, enrol, list, find } = peopleOf(stores);

    it('finds the start of an e-mail address, a name or a family name, without regard to case and accents', async () => {
      await add('ren', { name: 'Ren\u00e9e \u00c5ngstr\u00f6m', familyName: '\u00c5ngstr\u00f6m' });
      await add('odo', { name: '\u039f\u0394\u039f\u03a3 Street', familyName: null });
      await add('van', { name: 'Jan de Vries', familyName: 'de Vries' });
      expect(await find('RENEE')).to.deep.equal(['ren']);
      expect(await find('  ren\u0301')).to.deep.equal(['ren']);
      expect(await find('angstrom')).to.deep.equal(['ren']);
      expect(await find('\u00c5ngstr\u00f6m')).to.deep.equal(['ren']);
      expect(await find('\u03bf\u03b4\u03bf\u03c2')).to.deep.equal(['odo']);
      expect(await find('DE V')).to.deep.equal(['van']);
      expect(await find('van@ACME.t')).to.deep.equal(['van']);
      expect(await find('ries'), 'not the start').to.deep.equal([]);
      expect(await find('')).to.deep.equal(['odo', 'ren', 'van']);
    });

    it('finds an e-mail address by letters of its domain, and without its accents', async () => {
      await add('idn', { email: 'kim@xn--bcher-kva.test' });
      await add('local', { email: 'ren\u00e9e@acme.test' });
      expect(await find('kim@b\u00fccher')).to.deep.equal(['idn']);
      expect(await find('kim@bucher')).to.deep.equal(['idn']);
      expect(await find('kim@xn--')).to.deep.equal(['idn']);
      expect(await find('Renee@')).to.deep.equal(['local']);
      expect(await find('ren\u00e9e@')).to.deep.equal(['local']);
    });

    it('gives no meaning to special characters in a search', async () => {
      const names = ['%', '_x', '*', '.', "' OR 1=1 --", '\\', '$', '[a]', '^', '\u{1f512} lock'];
      for (const [index, text] of names.entries()) await add(`p${index}`, { name: `${text} person` });
      for (const [index, text] of names.entries())
        expect(await find(text), text).to.deep.equal([`p${index}`]);
      for (const text of ['%p', '__', '.*', '(', '{', '?', '\u{10ffff}'])
        expect(await find(text), text).to.deep.equal([]);
    });

    it('takes a long search and a long name by their first 100 characters', async () => {
      await add('long', { name: 'x'.repeat(300) });
      await add('short', { name: 'x'.repeat(99) });
      expect(await find('x'.repeat(250))).to.deep.equal(['long']);
      expect(await find('x'.repeat(99))).to.deep.equal(['long', 'short']);
    });

    it('finds people by their new name, address, group and role once these have changed', async () => {
      await add('bob', { name: 'Bob', familyName: 'Old', groups: ['finance', 'lab'] });
      const { accounts } = stores();
      await accounts.update('bob', { name: 'Rob', familyName: 'N\u00e9w', groups: ['lab', 'sales'] }, NOW);
      expect(await list({ group: 'finance' })).to.deep.equal([]);
      for (const group of ['lab', 'sales']) expect(await list({ group })).to.deep.equal(['bob']);
      expect(await find('old')).to.deep.equal([]);
      for (const text of ['rob', 'new', 'bob@']) expect(await find(text), text).to.deep.equal(['bob']);
      await accounts.update('bob', { familyName: null, role: 'manager', manages: ['lab'] }, NOW);
      expect(await find('new')).to.deep.equal([]);
      expect(await list({ role: 'manager' })).to.deep.equal(['bob']);
      expect(await list({ role: 'member' })).to.deep.equal([]);
      await accounts.replaceEmail('bob', 'bob@acme.test', 'r\u00f6b@acme.test', NOW);
      expect(await find('bob@')).to.deep.equal([]);
      expect(await find('rob@')).to.deep.equal(['bob']);
      expect(await list({ group: 'sales' })).to.deep.equal(['bob']);
      expect(
        await store().page(ACME, { ...EVERYBODY, group: 'sales' }, 'bob@acme.test', 9, NOW),
      ).to.have.length(1);
    });

    it('narrows a list by all that a query asks for at once, as a look at each account would', async () => {
      const people: { account: Account; isProtected: boolean; isLocked: boolean }[] = [];
      for (let n = 0; n < 40; n += 1) {
        const id = `p${String(n).padStart(2, '0')}`;
        const account = anAccount({
          id,
          email: `${n % 5 === 0 ? 'jan' : 'kim'}${id}@acme.test`,
          name: n % 3 === 0 ? `J\u00e4n ${n}` : `Somebody ${n}`,
          familyName: n % 7 === 0 ? `Jansen ${n}` : null,
          groups: ['finance', 'sales', 'lab'].filter((_, g) => n % (g + 2) === 0),
          role: n % 11 === 0 ? 'helpdesk' : 'member',
          emailConfirmed: n % 4 !== 0,
          disabledAt: n % 13 === 5 ? NOW : null,
        });
        people.push({ account, isProtected: n % 2 === 0, isLocked: n % 6 === 0 });
        await stores().accounts.insert(account);
        if (n % 2 === 0) await enrol(id);
        if (n % 6 === 0) await stores().lockouts.lock(`second-factor:${id}`, NOW + MINUTE, 1, id);
      }
      const expected = (scope: Scope, { q, group, role, condition }: PeopleQuery) =>
        people
          .filter(({ account, isProtected, isLocked }) => {
            const { name: called, familyName, email, disabledAt, emailConfirmed } = account;
            const texts = [called, familyName ?? '', email].map(searchText);
            const isEnabled = disabledAt === null;
            const holds: Readonly<Record<PeopleCondition, boolean>> = {
              unprotected: isEnabled && !isProtected,
              protected: isEnabled && isProtected,
              locked: isEnabled && isLocked,
              unconfirmed: isEnabled && !emailConfirmed,
              disabled: !isEnabled,
              enabled: isEnabled,
            };
            return (
              isInScope(scope, account) &&
              (q === null || texts.some((text) => text.startsWith(q))) &&
              (group === null || account.groups.includes(group)) &&
              (role === null || account.role === role) &&
              (condition === null || holds[condition])
            );
          })
          .map(({ account }) => account)
          .toSorted((a, b) => (a.email < b.email ? -1 : 1));
      const scopes = [ACME, { tenantId: 'acme', groups: ['sales', 'lab'] }];
      let listed = 0;
      for (const scope of scopes) {
        for (const condition of [null, ...CONDITIONS]) {
          for (const [q, group, role] of [
            [null, null, null],
            ['jan', null, null],
            [null, 'finance', 'member'],
            ['jan', 'lab', null],
            [null, null, 'helpdesk'],
            ['kim', 'finance', 'helpdesk'],
          ] as const) {
            const query = { q, group, role, condition };
            const those = expected(scope, query);
            listed += those.length;
            const told = JSON.stringify({ scope, query });
            expect(await store().page(scope, query, null, 100, NOW), told).to.deep.equal(those);
            expect(await store().count(scope, query, NOW), told).to.equal(those.length);
            const [, second] = those;
            if (second)
              expect(await store().page(scope, query, those[0]?.email ?? null, 1, NOW), told).to.deep.equal([
                second,
              ]);
          }
        }
        const counted = (condition: PeopleCondition) =>
          store().count(scope, { ...EVERYBODY, condition }, NOW);
        const { members, byMethod: _, ...totals } = await store().totals(scope, NOW);
        expect(members).to.equal(await counted('enabled'));
        for (const condition of ['protected', 'unprotected', 'locked', 'unconfirmed'] as const)
          expect(totals[condition], condition).to.equal(await counted(condition));
      }
      expect(listed).to.be.above(300);
    });
  });
}
