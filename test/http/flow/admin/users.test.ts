/** The list of people in the console: who is on it, how it is searched and paged, and what its file holds. */
import { expect } from 'chai';
import { graceKeyOf } from '../../../../src/domain/policy/grace.ts';
import { secondFactorSubject } from '../../../../src/domain/sign-in/attempts.ts';
import type { Page } from '../../../support/pages/page.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { DAY, HOUR } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { alertOf, member, words } from '../members.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';

const CROWD = 120;
const crowd = Array.from({ length: CROWD }, (_, index) => ({
  email: `p${String(index).padStart(3, '0')}@acme.test`,
  tenant: 'acme',
  name: `Person ${index}`,
  groups: ['crowd'],
}));

const emailsOn = (page: Page) => page.marks('email');

/** The addresses of the page and of all pages after it. */
async function throughout(
  visitor: { open(address: string): Promise<Page> },
  first: Page,
): Promise<string[][]> {
  const pages = [emailsOn(first)];
  let next = first.$('a[rel=next]').attr('href');
  while (next !== undefined) {
    const page = await visitor.open(next);
    pages.push(emailsOn(page));
    next = page.$('a[rel=next]').attr('href');
  }
  return pages;
}

describe('the list of people', () => {
  const s = interaction(() =>
    consoleConfig(
      { enforcement: 'required', grace_days: 14 },
      ...crowd,
      member('carl', 'acme', { groups: ['sales'], email_confirmed: true, phone: '+31612345678' }),
      member('formula', 'acme', { name: '=1+1', groups: ['tricks'] }),
      member('at', 'acme', { name: '@SUM(A1)', groups: ['tricks'] }),
      member('semi', 'acme', { name: 'x;=1+1;y', groups: ['tricks', '=2+2'] }),
    ),
  );

  before(async () => {
    const { accounts, lockouts, onceKeys } = s.app.parts.stores;
    // The server makes most accounts of its configuration after its start.
    await eventually(async () =>
      expect(await accounts.pageByTenant('acme', null, 500)).to.have.lengthOf(CROWD + 10),
    );
    const now = s.app.clock.now();
    await accounts.update(await idOf(s, addressOf('semi')), { disabledAt: now }, now);
    const ann = await idOf(s, addressOf('ann'));
    await lockouts.lock(secondFactorSubject(ann), now + 30 * DAY, 1, ann);
    await onceKeys.first(graceKeyOf(await idOf(s, addressOf('carl'))), String(now), null);
    await onceKeys.first(graceKeyOf(await idOf(s, addressOf('ben'))), String(now - 15 * DAY), null);
  });

  const openAs = (name: string, address: string) => openConsole(s, addressOf(name), address);

  it('shows each person with role, groups, second steps and state, and a link to the person', async () => {
    const { page } = await openAs('admin', '/admin/users?q=ann');
    expect([page.status, page.name]).to.deep.equal([200, 'admin-users']);
    expect(emailsOn(page)).to.deep.equal(['ann@acme.test']);
    expect(page.mark('role')).to.equal('Member');
    expect(page.mark('groups')).to.equal('Groups: sales');
    expect(page.mark('factors')).to.equal('Authenticator app');
    expect(page.marks('locked-until')).to.have.lengthOf(1);
    expect(page.$(`main a[href="/admin/users/${await idOf(s, addressOf('ann'))}"]`)).to.have.lengthOf(1);
  });

  it('says who waits for an invitation, who has a grace, and who is disabled', async () => {
    const { visitor, page } = await openAs('admin', '/admin/users?q=p000');
    expect(page.marks('waiting')).to.have.lengthOf(1);
    expect((await visitor.open('/admin/users?q=carl')).marks('grace-until')).to.have.lengthOf(1);
    expect((await visitor.open('/admin/users?q=ben')).marks('grace-until')).to.deep.equal([]);
    expect((await visitor.open('/admin/users?q=semi')).marks('disabled')).to.have.lengthOf(1);
    expect((await visitor.open('/admin/users?q=carl')).marks('unconfirmed')).to.deep.equal([]);
  });

  it('gives fifty people a page and everybody once, and keeps the search in its links', async () => {
    const { visitor, page } = await openAs('admin', '/admin/users?group=crowd');
    const pages = await throughout(visitor, page);
    expect(pages.map((each) => each.length)).to.deep.equal([50, 50, 20]);
    expect(pages.flat()).to.deep.equal(crowd.map(({ email }) => email));
    expect(page.$('#group').attr('value')).to.equal('crowd');
    expect(page.$('a[href$="/admin/users.csv?group=crowd"]')).to.have.lengthOf(1);
  });

  it('searches by a form without a script', async () => {
    const { visitor, page } = await openAs('admin', '/admin/users');
    const found = await visitor.submit(page, { q: 'PERSON 11', filter: 'unprotected', group: 'crowd' });
    expect(emailsOn(found).length).to.equal(11);
    expect(found.$('option[value=unprotected]').attr('selected')).to.equal('selected');
  });

  const LISTS: Readonly<Record<string, readonly string[]>> = {
    'filter=protected&group=sales': ['ann'],
    'filter=unprotected&group=sales': ['carl'],
    'filter=locked': ['ann'],
    'filter=unconfirmed&group=sales': ['ann'],
    'filter=grace': ['carl'],
    'filter=admins-without-phr': ['admin', 'second'],
    'filter=disabled': ['semi'],
    'filter=enabled&group=tricks': ['at', 'formula'],
  };
  for (const [query, names] of Object.entries(LISTS)) {
    it(`lists the right people for ${query}`, async () => {
      const { visitor, page } = await openAs('admin', `/admin/users?${query}`);
      expect(emailsOn(page)).to.deep.equal(names.map((name) => addressOf(name)));
      const file = await visitor.get(`/admin/users.csv?${query}`);
      expect(
        file.text
          .trim()
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(',')[0]),
      ).to.deep.equal(names.map((name) => addressOf(name)));
    });
  }

  it('finds the number of the overview behind each of its links', async () => {
    const { visitor, page } = await openAs('admin', '/admin');
    for (const mark of ['members', 'protected', 'unprotected', 'locked', 'unconfirmed']) {
      const list = await visitor.open(page.$(`[data-mark="${mark}"]`).attr('href') ?? '');
      const people = (await throughout(visitor, list)).flat();
      expect(people, mark).to.have.lengthOf(Number(page.mark(mark)));
    }
  });

  it('ends the grace of a person on the list when it is over', async () => {
    const { visitor } = await openAs('admin', '/admin/users?filter=grace');
    expect(emailsOn(visitor.page)).to.deep.equal([addressOf('carl')]);
    s.clock.nextStep(14 * DAY + HOUR);
    expect(emailsOn((await openAs('admin', '/admin/users?filter=grace')).page)).to.deep.equal([]);
  });

  it('shows a manager the managed groups alone, by list, search, place and file [A61]', async () => {
    const { visitor, page } = await openAs('manager', '/admin/users');
    const ofSales = ['ann', 'carl'].map((name) => addressOf(name));
    expect(emailsOn(page)).to.deep.equal(ofSales);
    for (const query of ['q=ben', 'group=crowd', 'filter=admins-without-phr', 'after=carl@acme.test'])
      expect(emailsOn(await visitor.open(`/admin/users?${query}`)), query).to.deep.equal([]);
    const file = await visitor.get('/admin/users.csv');
    expect(file.text).to.include('ann@acme.test').and.not.include('ben@acme.test');
  });

  it('shows the help desk all members of its tenant and nobody else [A61]', async () => {
    const { visitor, page } = await openAs('helpdesk', '/admin/users');
    const everybody = (await throughout(visitor, page)).flat();
    expect(everybody).to.have.lengthOf(CROWD + 10);
    expect(everybody.filter((email) => !email.endsWith('@acme.test'))).to.deep.equal([]);
  });

  it('finds nobody of another tenant by search, place or file [A61]', async () => {
    const { visitor, page } = await openAs('admin', '/admin/users?q=zoe');
    expect(emailsOn(page)).to.deep.equal([]);
    for (const place of ['zoe@open.test', 'a@open.test']) {
      const after = emailsOn(await visitor.open(`/admin/users?after=${place}`));
      expect(after.filter((email) => !email.endsWith('@acme.test'))).to.deep.equal([]);
    }
    expect((await visitor.get('/admin/users.csv')).text).not.to.include('open.test');
  });

  it('says that nobody matches, and offers to clear the search', async () => {
    const { page } = await openAs('admin', '/admin/users?q=nobody-is-called-so');
    expect(words(page)).to.include('Nobody matches this search');
    expect(page.$('main a[href="/admin/users"]').text()).to.equal('Clear the search');
    expect(page.$('#q').attr('value')).to.equal('nobody-is-called-so');
  });

  it('refuses an unknown list and a place that is none, and keeps the search', async () => {
    const { visitor, page } = await openAs('admin', '/admin/users?filter=nonsense&q=ann');
    expect([page.status, page.error]).to.deep.equal([422, 'field_invalid']);
    expect(alertOf(page)).to.include('no such list');
    expect(page.$('#q').attr('value')).to.equal('ann');
    expect(emailsOn(page)).to.deep.equal(['ann@acme.test']);
    const placed = await visitor.get('/admin/users?after=nonsense&q=ann');
    expect([placed.status, placed.error]).to.deep.equal([422, 'field_invalid']);
    expect(emailsOn(placed)).to.deep.equal(['ann@acme.test']);
    expect((await visitor.get('/admin/users.csv?filter=nonsense')).status).to.equal(422);
  });

  it('gives a file with a name and a byte order mark, and without secrets or numbers [A109]', async () => {
    const { visitor } = await openAs('admin', '/admin/users');
    const { headers, text } = await visitor.get('/admin/users.csv?group=sales');
    expect(headers['content-type']).to.equal('text/csv; charset=utf-8');
    expect(headers['content-disposition']).to.match(
      /^attachment; filename="people-acme-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(headers['cache-control']).to.equal('no-store');
    expect(text).to.match(
      /^\ufeffemail,name,role,groups,factors,email_confirmed,locked_until,grace_until,disabled\r\n/,
    );
    expect(text).to.match(/\r\nann@acme\.test,ann,member,sales,totp,false,\d{4}-.*Z,,false\r\n/);
    expect(text).not.to.match(/argon2|JBSWY3DP|61234|password/);
  });

  it('gives no cell that a spreadsheet takes for a formula, whatever divides its cells [A124]', async () => {
    const { visitor } = await openAs('admin', '/admin/users');
    const { text } = await visitor.get('/admin/users.csv?group=tricks');
    expect(text).to.include("'=1+1").and.include("'@SUM(A1)");
    for (const divider of [',', ';']) {
      const cells = text.split(/\r\n/).flatMap((line) => line.split(divider));
      const formulas = cells.filter((cell) => /^[\s"]*[=+\-@]/.test(cell));
      expect(formulas, divider).to.deep.equal([]);
    }
  });
});
