/** The page of one person in the console: what it shows, and who may do which act to whom. */
import { expect } from 'chai';
import type { Role } from '../../../../src/domain/account.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { member, withApp, words } from '../members.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';
import { linesOf, openPerson, post, printed } from './person.ts';

const ACTS = [
  'save',
  'resend-confirmation',
  'unlock',
  'unfreeze',
  'end-sessions',
  'disable',
  'enable',
  'suspend-factor',
  'resume-factor',
  'remove-factors',
  'file-reset',
] as const;

/** The acts of the help desk on a member. Managers and administrators have all. */
const OF_HELPDESK: readonly string[] = ['resend-confirmation', 'unlock', 'end-sessions', 'file-reset'];

describe('the page of a person in the console', () => {
  const s = interaction(() =>
    consoleConfig(
      {},
      withApp('cas', 'acme', { groups: ['sales'] }),
      member('dan', 'acme', { groups: ['sales'] }),
      withApp('rex', 'acme', { role: 'admin' }),
      member('chief', 'acme', { role: 'manager', groups: ['sales'], manages: ['sales'] }),
      member('boss', 'acme', { role: 'admin', groups: ['sales'] }),
    ),
  );

  const open = (by: string, of: string) => openPerson(s, by, of);

  it('tells whether a person is protected, by what, since when, and how he or she signs in', async () => {
    const { page } = await open('admin', 'ann');
    expect(page.name).to.equal('admin-user');
    expect(page.$('[data-mark=state]').attr('data-state')).to.equal('protected');
    expect(page.mark('state')).to.equal('Protected by: Authenticator app.');
    expect(page.$('[data-mark=factor]').attr('data-method')).to.equal('totp');
    expect(page.mark('name')).to.equal('ann');
    expect(page.$('[name=email]').val()).to.equal('ann@acme.test');
    const unprotected = await open('admin', 'ben');
    expect(unprotected.page.mark('state')).to.include('Not protected');
  });

  it('shows the sessions of the person, and no secret of a factor', async () => {
    const { visitor } = await openConsole(s, addressOf('ann'), '/account');
    expect(visitor.page.name).to.equal('account');
    const { page } = await open('admin', 'ann');
    expect(page.marks('session')).to.have.length.greaterThan(0);
    expect(page.text).not.to.include('GEZDGNBV');
  });

  it('writes one line for a look at a person within ten minutes, whatever the reloads', async () => {
    const { visitor, path } = await open('second', 'cas');
    for (let reloads = 0; reloads < 3; reloads += 1) await visitor.get(path);
    const id = await idOf(s, addressOf('second'));
    const looks = async () =>
      (await linesOf(s, addressOf('cas'))).filter(
        ({ event, actor }) => event === 'admin.person_viewed' && actor === id,
      ).length;
    const before = await looks();
    expect(before).to.be.within(1, 2);
    s.clock.nextStep(9 * MINUTE);
    await visitor.get(path);
    expect(await looks()).to.be.within(before, before + 1);
  });

  it('answers 404 for an unknown person, for one of another tenant, and outside the groups of a manager [A61]', async () => {
    const { visitor } = await openConsole(s, addressOf('manager'));
    const ids = ['nobody', await idOf(s, addressOf('zoe', 'open')), await idOf(s, addressOf('ben'))];
    for (const id of ids) {
      expect((await visitor.get(`/admin/users/${id}`)).status, id).to.equal(404);
      expect((await post(visitor, `/admin/users/${id}`, 'disable')).status, id).to.equal(404);
    }
  });

  const SHOWN: readonly (readonly [string, string, readonly string[]])[] = [
    ['helpdesk', 'ann', OF_HELPDESK],
    ['manager', 'ann', ACTS],
    ['admin', 'ann', ACTS],
    ['admin', 'second', ACTS],
    ['helpdesk', 'manager', []],
    ['helpdesk', 'admin', []],
    ['helpdesk', 'helpdesk', []],
  ];

  for (const [by, of, allowed] of SHOWN) {
    it(`shows ${by} no act on ${of} that the role lacks [A61]`, async () => {
      const { page } = await open(by, of);
      for (const act of printed(page)) expect(allowed, act).to.include(act);
      if (allowed.length > 0) expect(printed(page)).to.include.members(['unlock', 'end-sessions']);
    });
  }

  /** An administrator opens the page and has the role of another one by the time the forms are sent. */
  const REFUSED: readonly (readonly [Role, string, readonly string[]])[] = [
    ['helpdesk', 'ann', ACTS.filter((act) => !OF_HELPDESK.includes(act))],
    ['helpdesk', 'helpdesk', ACTS],
    ['helpdesk', 'second', ACTS],
    ['manager', 'chief', ACTS],
    ['manager', 'boss', ACTS],
  ];

  for (const [role, of, refused] of REFUSED) {
    it(`refuses the role ${role} each act on ${of} that it lacks, with a line of the audit log [A61]`, async () => {
      const { accounts } = s.app.parts.stores;
      const rex = await idOf(s, addressOf('rex'));
      await accounts.update(rex, { role: 'admin', manages: [] }, s.clock.now());
      const { visitor, page, path } = await open('rex', of);
      await accounts.update(rex, { role, manages: role === 'manager' ? ['sales'] : [] }, s.clock.now());
      const before = await accounts.findByEmail(addressOf(of));
      for (const act of refused) {
        const answer = await post(visitor, path, act, page, act === 'save' ? { name: 'Changed' } : {});
        expect(answer.status, act).to.equal(403);
      }
      expect(await accounts.findByEmail(addressOf(of))).to.deep.equal(before);
      const lines = (await linesOf(s, addressOf(of))).filter(({ event }) => event === 'admin.act_refused');
      expect(lines.slice(-refused.length).map(({ actor }) => actor)).to.deep.equal(refused.map(() => rex));
    });
  }

  it('refuses a manager every act on a manager and an administrator of the own groups', async () => {
    // Nobody above a member is in a group of this manager, so the pages do not exist.
    const { visitor } = await openConsole(s, addressOf('manager'));
    for (const whom of ['admin', 'helpdesk'] as const)
      expect(
        (await post(visitor, `/admin/users/${await idOf(s, addressOf(whom))}`, 'unlock')).status,
      ).to.equal(404);
  });

  it('leads from the own page to the own account', async () => {
    const { page } = await open('admin', 'admin');
    expect(words(page)).to.include('This is your own account');
    expect(page.link('/account')).not.to.equal(null);
    expect(printed(page)).to.deep.equal([]);
  });

  it('refuses a form without a known button', async () => {
    const { visitor, page, path } = await open('admin', 'ben');
    expect((await post(visitor, path, 'delete', page)).status).to.equal(400);
  });

  it('shows no role and no groups to change to the help desk', async () => {
    const roles: readonly Role[] = ['helpdesk'];
    for (const role of roles) {
      const { page } = await open(role, 'ann');
      expect(page.$('[name=role], [name=groups], [name=email]').length).to.equal(0);
    }
  });
});
