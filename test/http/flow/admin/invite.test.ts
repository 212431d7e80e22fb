/** The form of the console that invites one person. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction } from '../../oidc/story.ts';
import { alertOf, words } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { addressOf, consoleConfig, idOf, linesBy, openConsole } from './console.ts';

describe('the invitation of one person', () => {
  const s = interaction(() => consoleConfig());

  const openAs = (name: string) => openConsole(s, addressOf(name), '/admin/invite');
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  async function invite(visitor: Visitor, fields: Readonly<Record<string, string>>): Promise<Page> {
    return visitor.submit(await visitor.open('/admin/invite'), fields, 'invite');
  }

  it('creates a member, mails an invitation, and names the administrator in the audit log', async () => {
    const { visitor } = await openAs('admin');
    const answer = await invite(visitor, {
      email: ' Eva@ACME.test ',
      name: 'Eva Bakker',
      groups: 'sales, new people',
    });
    expect(answer.status).to.equal(303);
    const page = await visitor.follow(answer);
    expect([page.status, page.name]).to.deep.equal([200, 'admin-invite']);
    expect(page.mark('invited')).to.include('eva@acme.test');
    const account = await accountOf('eva@acme.test');
    expect(account).to.deep.include({
      tenantId: 'acme',
      name: 'Eva Bakker',
      role: 'member',
      groups: ['sales', 'new people'],
      emailConfirmed: false,
      passwordHash: null,
    });
    for (const event of ['account.created', 'account.invited'])
      expect((await linesBy(s, 'admin', event)).map(({ accountId }) => accountId)).to.deep.equal([
        account?.id,
      ]);
  });

  it('leads the invited person to a password', async () => {
    const { visitor } = await openAs('admin');
    await invite(visitor, { email: 'fred@acme.test', name: 'Fred', groups: '' });
    const [mail] = await sentTo(s.app, 'fred@acme.test');
    const invited = s.app.visitor();
    const page = await invited.open(linkIn(mail, 'invitation'));
    expect(page.name).to.equal('invitation');
    await invited.submit(page, { password: PASSWORD }, 'save');
    expect((await accountOf('fred@acme.test'))?.passwordHash).not.to.equal(null);
  });

  it('takes the address for the name when none is given', async () => {
    const { visitor } = await openAs('admin');
    await invite(visitor, { email: 'noname@acme.test', name: '', groups: '' });
    expect((await accountOf('noname@acme.test'))?.name).to.equal('noname@acme.test');
  });

  it('lets a manager invite into managed groups, and into no other [A61]', async () => {
    const { visitor, page } = await openAs('manager');
    expect(page.$('#groups').attr('value')).to.equal('sales');
    for (const groups of ['research', 'sales, research', '']) {
      const email = 'gina@acme.test';
      const refused = await invite(visitor, { email, name: 'Gina', groups });
      expect([refused.status, refused.error], groups).to.deep.equal([422, 'field_invalid']);
      expect(refused.$('#groups').attr('aria-invalid')).to.equal('true');
      expect(refused.$('#email').attr('value')).to.equal(email);
      expect(refused.$('#name').attr('value')).to.equal('Gina');
      expect(refused.$('#groups').attr('value')).to.equal(groups);
      expect(await accountOf(email)).to.equal(null);
      expect(await sentTo(s.app, email)).to.deep.equal([]);
    }
    expect((await invite(visitor, { email: 'gina@acme.test', name: '', groups: 'sales' })).status).to.equal(
      303,
    );
    expect((await accountOf('gina@acme.test'))?.groups).to.deep.equal(['sales']);
  });

  it('refuses the address of somebody whom the inviter sees, and leads to that person', async () => {
    const { visitor } = await openAs('manager');
    const page = await invite(visitor, { email: 'ANN@acme.test', name: 'Ann', groups: 'sales' });
    expect([page.status, page.error]).to.deep.equal([422, 'field_invalid']);
    expect(alertOf(page)).to.include('has an account already');
    expect(page.$(`main a[href="/admin/users/${await idOf(s, 'ann@acme.test')}"]`)).to.have.lengthOf(1);
    expect(await sentTo(s.app, 'ann@acme.test')).to.deep.equal([]);
  });

  it('says the same of an address in another tenant and outside of the managed groups [A61]', async () => {
    const { visitor } = await openAs('manager');
    const before = (await linesBy(s, 'manager', 'account.invited')).length;
    const [elsewhere, outside] = [
      await invite(visitor, { email: 'zoe@open.test', name: 'Z', groups: 'sales' }),
      await invite(visitor, { email: 'ben@acme.test', name: 'Z', groups: 'sales' }),
    ];
    for (const page of [elsewhere, outside]) {
      expect([page.status, page.error]).to.deep.equal([422, 'field_invalid']);
      expect(page.$('main a[href^="/admin/users/"]')).to.have.lengthOf(0);
    }
    expect(alertOf(outside)).to.equal(alertOf(elsewhere));
    expect(words(elsewhere)).not.to.match(/zoe|open/i);
    const lines = await linesBy(s, 'manager', 'account.invited');
    expect(
      lines.slice(0, lines.length - before).map(({ reason, accountId }) => [reason, accountId]),
    ).to.deep.equal([
      ['email_elsewhere', null],
      ['email_elsewhere', null],
    ]);
    for (const to of ['zoe@open.test', 'ben@acme.test']) expect(await sentTo(s.app, to)).to.deep.equal([]);
  });

  it('refuses what is no address, no name and no group, and keeps what was typed', async () => {
    const { visitor } = await openAs('admin');
    const typed = { email: 'hank@acme.test', name: 'Hank', groups: 'sales' };
    const wrong = { email: 'hank', name: 'a\u202eb', groups: 'g'.repeat(101) };
    for (const [field, value] of Object.entries(wrong)) {
      const page = await invite(visitor, { ...typed, [field]: value });
      expect([page.status, page.error], field).to.deep.equal([422, 'field_invalid']);
      expect(page.$(`#${field}`).attr('value')).to.equal(value);
      expect(page.$(`#${field}`).attr('aria-invalid')).to.equal('true');
    }
    expect(await accountOf('hank@acme.test')).to.equal(null);
  });

  it('tells nobody about an invited person whom the reader does not see [A61]', async () => {
    const { visitor } = await openAs('manager');
    for (const email of ['zoe@open.test', 'ben@acme.test']) {
      const id = await idOf(s, email);
      const page = await visitor.open(`/admin/invite?done=invited&person=${id}`);
      expect(page.marks('invited')).to.deep.equal([]);
      expect(page.text).not.to.include(email);
    }
  });
});
