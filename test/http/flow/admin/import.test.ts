/** The form of the console that takes the people of a file. */
import { expect } from 'chai';
import { MOST_ROWS } from '../../../../src/use-cases/administration/people/member-files.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { HOUR } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { alertOf, words } from '../members.ts';
import { sentTo } from '../outbox.ts';
import { addressOf, consoleConfig, idOf, linesBy, openConsole } from './console.ts';

const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
const KEY = 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

describe('the import of a file of people', () => {
  const s = interaction(() => consoleConfig());

  const openAs = (name: string) => openConsole(s, addressOf(name), '/admin/invite');
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);
  const countAccounts = async () =>
    (await s.app.parts.stores.accounts.pageByTenant('acme', null, 5000)).length;

  async function send(visitor: Visitor, lines: readonly string[], button = 'import'): Promise<Page> {
    const page = await visitor.open('/admin/invite');
    return visitor.follow(await visitor.upload(page, lines.join('\r\n'), button));
  }

  const outcomesOn = (page: Page) =>
    page
      .$('[data-mark=row]')
      .toArray()
      .map((row) => page.$(row).attr('data-outcome'));

  const FILE = [
    'email,name,groups,role',
    'iris@acme.test,Iris,sales;research,member',
    'ann@acme.test,Other name,research,admin',
    'no address,Jo,,member',
    'kees@acme.test,Kees,,manager',
  ];

  it('tells for each row what a file would do, and creates nobody', async () => {
    const { visitor } = await openAs('admin');
    const before = await countAccounts();
    const page = await send(visitor, FILE, 'dry-run');
    expect([page.status, page.name]).to.deep.equal([200, 'admin-invite']);
    expect(outcomesOn(page)).to.deep.equal(['created', 'exists', 'refused', 'created']);
    expect(['created', 'existing', 'refused'].map((mark) => page.mark(mark))).to.deep.equal(['2', '1', '1']);
    expect(words(page)).to.include('Line 4').and.include('email: is not an e-mail address');
    expect(await countAccounts()).to.equal(before);
  });

  it('creates the new people of a file, changes nobody, and names the administrator', async () => {
    const { visitor } = await openAs('admin');
    const before = await accountOf('ann@acme.test');
    const page = await send(visitor, FILE);
    expect(outcomesOn(page)).to.deep.equal(['created', 'exists', 'refused', 'created']);
    expect(await accountOf('iris@acme.test')).to.deep.include({
      tenantId: 'acme',
      name: 'Iris',
      groups: ['sales', 'research'],
    });
    expect((await accountOf('kees@acme.test'))?.role).to.equal('manager');
    expect(await accountOf('ann@acme.test')).to.deep.equal(before);
    const made = (await linesBy(s, 'admin', 'account.created')).map(({ accountId }) => accountId);
    for (const email of ['iris@acme.test', 'kees@acme.test']) expect(made).to.include(await idOf(s, email));
    expect(await sentTo(s.app, 'iris@acme.test')).to.deep.equal([]);
  });

  it('gives nobody a password, a second step or a confirmed address', async () => {
    const { visitor } = await openAs('admin');
    const page = await send(visitor, [
      'email,email_confirmed,password_hash,totp',
      `lena@acme.test,true,"${HASH}",${KEY}`,
    ]);
    expect(outcomesOn(page)).to.deep.equal(['created']);
    expect(words(page)).to.include('authenticator app was left out').and.include('counts as not confirmed');
    const account = await accountOf('lena@acme.test');
    expect(account).to.deep.include({ emailConfirmed: false, passwordHash: null });
    expect(await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '')).to.deep.equal([]);
    expect(page.text).not.to.match(/argon2|JBSWY3DP/);
  });

  it('takes from a manager members of managed groups alone [A61]', async () => {
    const { visitor } = await openAs('manager');
    const page = await send(visitor, [
      'email,groups,role',
      'mia@acme.test,sales,member',
      'nina@acme.test,research,member',
      'otto@acme.test,sales;research,member',
      'pia@acme.test,,member',
      'quin@acme.test,sales,helpdesk',
      'rosa@acme.test,sales,admin',
      'ben@acme.test,sales,member',
      'zoe@open.test,sales,member',
      'MIA@acme.test,sales,member',
    ]);
    expect(outcomesOn(page)).to.deep.equal(['created', ...Array(8).fill('refused')]);
    for (const name of ['nina', 'otto', 'pia', 'quin', 'rosa'])
      expect(await accountOf(addressOf(name)), name).to.equal(null);
    const [outside, elsewhere] = [7, 8].map((row) =>
      page
        .$('[data-mark=row] p + p')
        .eq(row - 1)
        .text(),
    );
    expect(outside?.replace(/\s+/g, ' ')).to.equal(elsewhere?.replace(/\s+/g, ' '));
    expect((await linesBy(s, 'manager', 'account.invited'))[0]?.reason).to.equal('email_elsewhere');
  });

  it('lets an administrator make administrators', async () => {
    const { visitor } = await openAs('admin');
    await send(visitor, ['email,role', 'sam@acme.test,admin']);
    expect((await accountOf('sam@acme.test'))?.role).to.equal('admin');
  });

  const WRONG: Readonly<Record<string, readonly [string | Uint8Array<ArrayBuffer>, string]>> = {
    'an empty file': ['', 'at least one person'],
    'a heading alone': ['email,name', 'at least one person'],
    'an unknown column': ['email,shoe\ntom@acme.test,43', 'can’t be read'],
    'no column for the address': ['name\nTom', 'can’t be read'],
    'a row with too many cells': ['email,name\ntom@acme.test,Tom\nuna@acme.test,Una,x', 'can’t be read'],
    'another encoding': [
      new Uint8Array(Buffer.from('email,name\ntom@acme.test,Zo\xeb', 'latin1')),
      'can’t be read',
    ],
    'too many rows': [
      `email\n${Array.from({ length: MOST_ROWS + 1 }, (_, n) => `tom${n}@acme.test`).join('\n')}`,
      'too many people',
    ],
  };
  for (const [what, [content, said]] of Object.entries(WRONG)) {
    it(`refuses ${what}, and creates nobody of it`, async () => {
      const { visitor } = await openAs('admin');
      const before = await countAccounts();
      const page = await visitor.upload(await visitor.open('/admin/invite'), content, 'import');
      expect([page.status, page.error]).to.deep.equal([422, 'field_invalid']);
      expect(alertOf(page)).to.include(said);
      expect(page.$('#file').attr('aria-invalid')).to.equal('true');
      expect(await countAccounts()).to.equal(before);
    });
  }

  it('answers 413 to a file of more than 2 MB, and lets the browser read that', async () => {
    const { visitor } = await openAs('admin');
    for (const size of [2 * 1024 * 1024 + 1, 3 * 1024 * 1024]) {
      const page = await visitor.open('/admin/invite');
      expect((await visitor.upload(page, 'x'.repeat(size), 'import')).status).to.equal(413);
    }
  });

  const MALFORMED: Readonly<Record<string, readonly [string, string]>> = {
    'no boundary': ['multipart/form-data', '--x\r\n'],
    'no end': [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="import"\r\n\r\n1',
    ],
    'two files': [
      'multipart/form-data; boundary=x',
      `${'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na\r\n'.repeat(2)}--x--\r\n`,
    ],
    'a repeated field': [
      'multipart/form-data; boundary=x',
      `${'--x\r\nContent-Disposition: form-data; name="import"\r\n\r\n1\r\n'.repeat(2)}--x--\r\n`,
    ],
    'a strange field': [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--\r\n',
    ],
  };
  for (const [what, [type, body]] of Object.entries(MALFORMED)) {
    it(`answers 400 to a form with a file and ${what}`, async () => {
      const { visitor } = await openAs('admin');
      const answer = await visitor.send('/admin/invite', type, body);
      expect([answer.status, answer.name]).to.deep.equal([400, 'error']);
    });
  }

  it('reads no file without the token of the page, a fresh second step, or a session [A63]', async () => {
    const lines = 'email\nvic@acme.test';
    const { visitor, page } = await openAs('admin');
    const token = page.$('form[enctype] [name=_token]').attr('value') ?? '';
    page.$('form[enctype] [name=_token]').attr('value', `${token}x`);
    expect((await visitor.upload(page, lines, 'import')).status).to.equal(403);

    const good = await visitor.open('/admin/invite');
    const stranger = s.app.visitor();
    await stranger.open('/help');
    expect(new URL((await stranger.upload(good, lines, 'import')).location ?? '').pathname).to.equal('/auth');
    s.clock.nextStep(HOUR);
    expect(new URL((await visitor.upload(good, lines, 'import')).location ?? '').pathname).to.equal('/auth');
    expect(await accountOf('vic@acme.test')).to.equal(null);
  });

  it('shows a report to the person who sent the file alone, for an hour [A61]', async () => {
    const { visitor } = await openAs('admin');
    const page = await send(visitor, FILE, 'dry-run');
    const address = new URL(page.url).pathname + new URL(page.url).search;
    expect(outcomesOn(await visitor.open(address))).to.have.lengthOf(4);
    const other = await openAs('second');
    expect(outcomesOn(await other.visitor.open(address))).to.deep.equal([]);
    s.clock.nextStep(HOUR);
    const again = await openConsole(s, addressOf('admin'), address);
    expect([again.page.name, outcomesOn(again.page)]).to.deep.equal(['admin-invite', []]);
  });
});
