/** The minimum in the security settings: the floor of the file, the preview of a raise, what it does, and why. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { alertOf, givePassword, hasCode, member, words } from '../members.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';

const SECURITY = '/admin/security';
const APP = { factors: [{ method: 'totp', secret: SECRET }] };
const MAIL = { factors: [{ method: 'email' }], email_confirmed: true };

const TENANTS = {
  lowest: { minimum: 'mfa', groups: { finance: { enforcement: 'required', minimum: 'phr' } } },
  fixed: { minimum: 'phr' },
  raised: { enforcement: 'required', grace_days: 3 },
  plain: { enforcement: 'required', methods: ['totp', 'email', 'passkey'] },
  shrunk: { enforcement: 'required' },
  graced: {
    enforcement: 'required',
    grace_days: 3,
    groups: { finance: { enforcement: 'required', minimum: 'phr' } },
  },
} as const;

function config() {
  const standard = consoleConfig();
  const names = Object.keys(TENANTS);
  return {
    ...standard,
    tenants: [
      ...(standard.tenants as readonly unknown[]),
      ...Object.entries(TENANTS).map(([id, settings]) => ({
        id: `min-${id}`,
        name: id,
        second_factor: { methods: ['totp', 'email', 'passkey'], set_up_proof: 'none', ...settings },
      })),
    ],
    accounts: [
      ...(standard.accounts as readonly unknown[]),
      ...names.flatMap((id) => [
        member('admin', `min-${id}`, { role: 'admin', ...APP }),
        member('app', `min-${id}`, { ...APP, groups: ['finance'] }),
        member('mail', `min-${id}`, MAIL),
        member('new', `min-${id}`),
      ]),
    ],
  };
}

describe('the minimum in the security settings', () => {
  const s = interaction(config, { hostname: 'localhost' });

  type Workspace = keyof typeof TENANTS;
  type Typed = Record<string, string | readonly string[]>;
  const emailOf = (name: string, workspace: Workspace) => addressOf(name, `min-${workspace}`);
  const openAs = (workspace: Workspace, path = SECURITY) => openConsole(s, emailOf('admin', workspace), path);
  const valuesOf = (page: Page, field: string) =>
    page
      .$(`[name=${field}] option`)
      .toArray()
      .map((each) => each.attribs.value);

  async function preview(workspace: Workspace, typed: Typed): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await openAs(workspace);
    return { visitor, page: await visitor.follow(await visitor.submit(page, typed, 'preview')) };
  }

  const numbersIn = (page: Page) =>
    ['affected', 'already-protected', 'must-set-up', 'no-method', 'administrators'].map((mark) =>
      Number(page.mark(mark)),
    );

  it('offers only what is as high as the file, for everybody and for a group [2.1 B.4]', async () => {
    const { visitor, page } = await openAs('lowest');
    expect(valuesOf(page, 'minimum')).to.deep.equal(['mfa', 'phr']);
    expect(page.$('[name=groups]').val()).to.equal('finance: required phr');
    for (const [field, typed] of Object.entries({
      minimum: { minimum: 'any' },
      groups: { groups: 'finance: required mfa' },
    })) {
      const refused = await visitor.submit(page, typed, 'preview');
      expect([refused.status, refused.error], field).to.deep.equal([422, 'field_invalid']);
      expect(refused.$(`[name=${field}][aria-invalid=true]`).length, field).to.equal(1);
    }
    const fixed = (await openAs('fixed')).page;
    expect(fixed.$('[data-fixed=minimum] code').text()).to.equal('second_factor.minimum');
    expect(fixed.$('[name=minimum]').length).to.equal(0);
  });

  it('is refused where no method of the list reaches it, in the preview already [B.4]', async () => {
    const { visitor, page } = await openAs('plain');
    for (const typed of [
      { minimum: 'phr', methods: ['totp', 'email'] },
      { minimum: 'mfa', methods: ['email'] },
      { groups: 'finance: optional phr', methods: ['totp'] },
      { enforcement: 'off', minimum: 'phr', methods: ['totp'] },
    ]) {
      const refused = await visitor.submit(page, typed, 'preview');
      expect([refused.status, refused.error]).to.deep.equal([422, 'field_invalid']);
      expect(alertOf(refused)).to.include('None of the chosen methods reaches this minimum');
    }
    for (const groups of ['finance: phr', 'finance: required most', 'finance: required phr now']) {
      const refused = await visitor.submit(page, { groups }, 'preview');
      expect(refused.error, groups).to.equal('field_invalid');
    }
    expect((await visitor.submit(page, { minimum: 'most' }, 'preview')).error).to.equal('field_invalid');
  });

  it('is counted in the preview as it acts later, and the list says what becomes of each [B.4]', async () => {
    const mfa = await preview('raised', { minimum: 'mfa' });
    // The member with codes by e-mail needs another factor, and the one without any has less to choose from.
    expect(numbersIn(mfa.page)).to.deep.equal([2, 2, 2, 0, 0]);
    const phr = await preview('raised', { minimum: 'phr' });
    expect(numbersIn(phr.page)).to.deep.equal([4, 0, 4, 0, 1]);
    const { text } = await phr.visitor.get(`${SECURITY}/preview.csv`);
    const rows = text.trimEnd().split('\r\n').slice(1);
    expect(rows.map((row) => [row.split(',')[0], row.split(',').at(-1)])).to.have.deep.members(
      ['admin', 'app', 'mail', 'new'].map((name) => [emailOf(name, 'raised'), 'must-set-up']),
    );
    const group = await preview('raised', { groups: 'finance: required phr' });
    expect(numbersIn(group.page)).to.deep.equal([1, 2, 2, 0, 0]);
    await phr.visitor.open(SECURITY);
    const shown = await preview('raised', { minimum: 'phr' });
    const done = await shown.visitor.follow(await shown.visitor.submit(shown.page, {}, 'apply'));
    expect(words(done)).to.include('Passkey (resists phishing)');
  });

  it('says in the console who is in the grace of a raise, and who has less than it asks for', async () => {
    const email = emailOf('app', 'graced');
    const { visitor } = await givePassword(s, email);
    const chooser = await visitor.enterCode(nextCode(s.app));
    const later = await visitor.follow(await visitor.submit(chooser, {}, 'later'));
    expect(hasCode(later)).to.equal(true);

    const { visitor: admin, page } = await openAs('graced', '/admin/users?filter=grace');
    expect(page.$('[data-mark=grace-until]').length).to.equal(1);
    expect(page.text).to.include(email);
    const person = await admin.open(`/admin/users/${await idOf(s, email)}`);
    expect(person.$('[data-mark=state]').attr('data-state')).to.equal('below-minimum');
    expect(words(person)).to.include('Only a passkey is enough.').and.to.include('until');
    const without = await admin.open('/admin/users?filter=admins-without-phr');
    expect(without.text).to.include(emailOf('admin', 'graced'));
  });

  it('is named as the reason where the policy is asked what would happen', async () => {
    const { visitor } = await openAs('lowest', '/admin/whatif');
    const ask = (name: string) =>
      visitor.open(
        `/admin/whatif?email=${encodeURIComponent(emailOf(name, 'lowest'))}&client_id=&acr_values=`,
      );
    const group = await ask('app');
    expect(group.$('[data-mark=outcome]').attr('data-outcome')).to.equal('prove');
    expect(group.mark('afterwards')).to.include('Passkey');
    const mail = await ask('mail');
    // Nobody has to set a better one up while a factor is optional.
    expect(mail.$('[data-mark=outcome]').attr('data-outcome')).to.equal('prove');
    expect(mail.marks('minimum')).to.deep.equal([]);
    expect(mail.marks('afterwards')).to.deep.equal([]);
  });

  it('counts those who could set nothing up that reaches it as having no method', async () => {
    const { page } = await preview('shrunk', { methods: ['totp'], minimum: 'mfa' });
    // The member whose only factor goes has no recovery code to set up another one by.
    expect(numbersIn(page)).to.deep.equal([2, 2, 2, 1, 0]);
  });
});
