/** Lists of people: how much of the store one page and one file read, and where a list goes on. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import type { Scope } from '../../../src/domain/administration/may-act.ts';
import type { PeopleQuery } from '../../../src/ports/administration/people-store.ts';
import { createPeopleLists, PEOPLE_PAGE } from '../../../src/use-cases/administration/people/people-lists.ts';
import { anAccount, NOW } from '../../contracts/examples.ts';

const SCOPE: Scope = { tenantId: 'acme', groups: null };
const ANY = { q: '', filter: null, group: '' } as const;
/** Accounts of the store, in the order of their addresses. */
const MANY = 5000;

const emailOf = (index: number) => `p${String(index).padStart(5, '0')}@acme.test`;

describe('a list of people', () => {
  let reads: { readonly scope: Scope; readonly query: PeopleQuery; readonly limit: number }[];
  beforeEach(() => {
    reads = [];
  });

  /** Lists over many accounts, of which some have a grace. */
  function listsWith(hasGrace: (index: number) => boolean, count = MANY) {
    const accounts = Array.from({ length: count }, (_, index) =>
      anAccount({ id: String(index), email: emailOf(index) }),
    );
    return createPeopleLists({
      tenants: [],
      people: {
        count: async () => count,
        async page(scope, query, after, limit) {
          reads.push({ scope, query, limit });
          const start = after === null ? 0 : accounts.findIndex(({ email }) => email > after);
          return start < 0 ? [] : accounts.slice(start, start + limit);
        },
      },
      roster: {
        async peopleOf(page: readonly Account[]) {
          return page.map((account) => ({
            account,
            factors: [],
            lockedUntil: null,
            graceUntil: hasGrace(Number(account.id)) ? NOW + 1 : null,
          }));
        },
      },
      clock: { now: () => NOW },
    });
  }

  it('reads one page from the store, and whether one more person follows', async () => {
    const page = await listsWith(() => false).page(SCOPE, { ...ANY, q: ' Jan ', group: ' sales ' }, null);
    expect(page.people).to.have.lengthOf(PEOPLE_PAGE);
    expect([page.next, page.isUnfinished]).to.deep.equal([emailOf(49), false]);
    const query = { q: 'jan', group: 'sales', role: null, condition: null };
    expect(reads).to.deep.equal([{ scope: SCOPE, query, limit: 51 }]);
  });

  it('ends at the last person, also when the last page is full', async () => {
    const lists = listsWith(() => false, 2 * PEOPLE_PAGE);
    const last = await lists.page(SCOPE, ANY, emailOf(49));
    expect([last.people.length, last.next, last.isUnfinished]).to.deep.equal([50, null, false]);
  });

  it('looks through a bounded number of accounts for one page, and goes on where it stopped', async () => {
    const lists = listsWith((index) => index === 10 || index === 4990);
    const grace = { ...ANY, filter: 'grace' } as const;
    const first = await lists.page(SCOPE, grace, null);
    expect(first.people.map(({ account }) => account.id)).to.deep.equal(['10']);
    expect([first.next, first.isUnfinished]).to.deep.equal([emailOf(999), true]);
    expect(reads.reduce((sum, { limit }) => sum + limit, 0)).to.equal(1000);
    expect(reads[0]?.query.condition).to.equal('unprotected');

    const found: string[] = [];
    let after: string | null = null;
    do {
      const page = await lists.page(SCOPE, grace, after);
      found.push(...page.people.map(({ account }) => account.id));
      after = page.next;
    } while (after !== null);
    expect(found).to.deep.equal(['10', '4990']);
  });

  it('gives every person of a narrowed list once, over all its pages', async () => {
    const lists = listsWith((index) => index % 3 === 0, 600);
    const found: number[] = [];
    let after: string | null = null;
    do {
      const page = await lists.page(SCOPE, { ...ANY, filter: 'grace' }, after);
      expect(page.people.length).to.be.at.most(PEOPLE_PAGE);
      found.push(...page.people.map(({ account }) => Number(account.id)));
      after = page.next;
    } while (after !== null);
    expect(found).to.deep.equal(Array.from({ length: 200 }, (_, index) => index * 3));
  });

  it('asks the store for administrators alone when it looks for those without a passkey', async () => {
    await listsWith(() => false, 3).page(SCOPE, { ...ANY, filter: 'admins-without-phr' }, null);
    expect(reads[0]?.query).to.deep.equal({ q: null, group: null, role: 'admin', condition: 'enabled' });
  });

  it('reads the next part of a whole list when the one before was taken [A109]', async () => {
    let taken = 0;
    for await (const part of listsWith(() => false).everybody(SCOPE, ANY)) {
      taken += part.length;
      expect(reads.reduce((sum, { limit }) => sum + limit, 0)).to.equal(taken);
    }
    expect(taken).to.equal(MANY);
  });
});
