/** The security settings of the console: the floor of the configuration, versions, conflicts, and who may change them. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { alertOf, givePassword, member } from '../members.ts';
import { addressOf, consoleConfig, openConsole } from './console.ts';

const SECURITY = '/admin/security';

/** Each test has a workspace of its own, with an administrator and a member without a factor. */
const TENANTS = {
  floor: {
    enforcement: 'optional',
    methods: ['totp', 'email'],
    grace_days: 14,
    groups: { finance: 'required' },
    trusted_devices: true,
    passkey_sign_in: false,
    message: { en: 'From the file.' },
  },
  free: {},
  typed: {},
  versions: { enforcement: 'optional' },
  race: {},
  loose: {},
  two: { reset_approvers: 2 },
  told: {},
} as const;

type Workspace = keyof typeof TENANTS;

function securityConfig() {
  const standard = consoleConfig();
  const names = Object.keys(TENANTS) as Workspace[];
  return {
    ...standard,
    tenants: [
      ...(standard.tenants as readonly unknown[]),
      ...names.map((id) => ({
        id,
        name: id,
        ...(id === 'floor' ? { support: { email: 'help@floor.test' } } : {}),
        second_factor: { set_up_proof: 'none', ...TENANTS[id] },
      })),
    ],
    accounts: [
      ...(standard.accounts as readonly unknown[]),
      ...names.flatMap((id) => [
        member('admin', id, { role: 'admin', factors: [{ method: 'totp', secret: SECRET }] }),
        member('second', id, { role: 'admin', factors: [{ method: 'totp', secret: SECRET }] }),
        member('new', id),
      ]),
    ],
  };
}

describe('the security settings', () => {
  const s = interaction(() => securityConfig());

  const openAs = (workspace: Workspace, name = 'admin') =>
    openConsole(s, addressOf(name, workspace), SECURITY);

  /** Types into the form, and leads to the preview. */
  async function preview(visitor: Visitor, page: Page, typed: Record<string, string | readonly string[]>) {
    return visitor.follow(await visitor.submit(page, typed, 'preview'));
  }

  async function change(
    visitor: Visitor,
    page: Page,
    typed: Record<string, string | readonly string[]>,
    reason?: string,
  ): Promise<Page> {
    const shown = await preview(visitor, page, typed);
    expect(shown.name).to.equal('admin-preview');
    return visitor.follow(await visitor.submit(shown, reason === undefined ? {} : { reason }, 'apply'));
  }

  const fieldOf = (page: Page, field: string) => page.$(`[name=${field}]`).val();
  const chosenIn = (page: Page) =>
    page
      .$('[name=methods][checked]')
      .toArray()
      .map((each) => each.attribs.value);

  it('show what the file fixes as fixed, with its key, and offer only what is as strict [B.4]', async () => {
    const { page } = await openAs('floor');
    expect(page.name).to.equal('admin-security');
    const fixed = ['passkey_sign_in', 'message_en', 'support_email'];
    for (const field of fixed) {
      expect(page.$(`[data-fixed=${field}] code`).length, field).to.equal(1);
      expect(page.$(`[name=${field}]`).length, field).to.equal(0);
    }
    expect(page.$('[data-fixed=message_en]').text()).to.include('From the file.');
    expect(page.$('[data-fixed=support_email] code').text()).to.equal('support.email');
    const offered = page.$('[name=enforcement] option').toArray();
    expect(offered.map((each) => each.attribs.value)).to.deep.equal(['optional', 'required']);
    expect(chosenIn(page)).to.have.members(['totp', 'email']);
    expect(page.$('[name=methods]').length).to.equal(2);
    expect(fieldOf(page, 'groups')).to.equal('finance: required');
  });

  it('refuse each forged value that is looser than the file, and keep what was typed [B.4]', async () => {
    const { visitor, page } = await openAs('floor');
    const forged: Record<string, Record<string, string | readonly string[]>> = {
      enforcement: { enforcement: 'off' },
      grace_days: { grace_days: '15' },
      groups: { groups: 'finance: optional' },
    };
    for (const [field, typed] of Object.entries(forged)) {
      const refused = await visitor.submit(page, { message_nl: 'Uit het hoofd.', ...typed }, 'preview');
      expect([refused.status, refused.error], field).to.deep.equal([422, 'field_invalid']);
      expect(refused.$(`[name=${field}][aria-invalid=true]`).length, field).to.equal(1);
      expect(fieldOf(refused, 'message_nl'), field).to.equal('Uit het hoofd.');
    }
    const more = await visitor.submit(page, { methods: ['totp', 'passkey'] }, 'preview');
    expect([more.status, more.error]).to.deep.equal([422, 'field_invalid']);
    // A field that the page does not have.
    const done = await change(visitor, page, {
      passkey_sign_in: '1',
      message_en: 'Forged.',
      support_email: 'thief@evil.test',
      message_nl: 'Uit de console.',
    });
    expect(done.$('[role=status]').length).to.equal(1);
    expect(done.$('[data-fixed=message_en]').text()).to.include('From the file.');
    expect(done.$('[data-fixed=support_email]').text()).to.include('help@floor.test');
    expect(fieldOf(done, 'message_nl')).to.equal('Uit de console.');
    const looked = await givePassword(s, 'new@floor.test');
    expect(looked.page.text).not.to.include('evil');
  });

  it('keep every setting that was typed, and show it again [1.2 2.1 4.5]', async () => {
    const { visitor, page } = await openAs('free');
    const typed = {
      enforcement: 'required',
      methods: ['totp', 'email'],
      grace_days: '7',
      groups: 'finance: required\r\nsales: optional',
      trusted_devices: '1',
      message_en: 'Because of the audit.',
      message_nl: 'Wegens de audit.',
      support_email: 'help@free.test',
      support_url: 'https://free.test/2fa',
    };
    const done = await change(visitor, page, typed, 'a pilot');
    expect(done.url).to.match(/\/admin\/security\?done=1$/);
    expect(fieldOf(done, 'enforcement')).to.equal('required');
    expect(chosenIn(done)).to.have.members(['totp', 'email']);
    expect(fieldOf(done, 'grace_days')).to.equal('7');
    expect(fieldOf(done, 'groups')).to.equal('finance: required\nsales: optional');
    expect(done.$('[name=trusted_devices]').attr('checked')).not.to.equal(undefined);
    for (const field of ['message_en', 'message_nl', 'support_email', 'support_url'] as const)
      expect(fieldOf(done, field), field).to.equal(typed[field]);
    // The member reads the message and the contact at the next sign-in, and may put it off.
    const { page: forced } = await givePassword(s, 'new@free.test');
    expect(forced.name).to.equal('set-up-choose');
    expect(forced.text).to.include('Because of the audit.');
    expect(forced.$('a[href="mailto:help@free.test"]').length).to.be.greaterThan(0);
    expect(forced.$('button[name=later]').length).to.equal(1);
  });

  it('refuse what cannot be read at its field, and lose nothing', async () => {
    const { visitor, page } = await openAs('typed');
    const wrong: Record<string, Record<string, string | readonly string[]>> = {
      enforcement: { enforcement: 'sometimes' },
      grace_days: { grace_days: 'soon' },
      groups: { groups: 'finance: required\nfinance' },
      support_email: { support_email: 'help' },
      support_url: { support_url: 'javascript:alert(1)' },
    };
    for (const address of ['a@x.test, b@x.test', 'Help <a@x.test>', 'a b@x.test']) {
      const refused = await visitor.submit(page, { support_email: address }, 'preview');
      expect(alertOf(refused), address).to.include('one complete e-mail address');
    }
    for (const [field, typed] of Object.entries(wrong)) {
      const refused = await visitor.submit(page, { message_en: 'Kept.', ...typed }, 'preview');
      expect([refused.status, refused.error], field).to.deep.equal([422, 'field_invalid']);
      expect(fieldOf(refused, 'message_en'), field).to.equal('Kept.');
      if (field !== 'enforcement') expect(fieldOf(refused, field), field).to.equal(Object.values(typed)[0]);
    }
    const none = await visitor.submit(page, { methods: [] }, 'preview');
    expect(none.error).to.equal('field_invalid');
    expect(chosenIn(none)).to.deep.equal([]);
    expect((await visitor.open('/admin/security/preview')).name).to.equal('admin-security');
  });

  it('list each version with who, when, why and what changed, and bring an earlier one back [B.4]', async () => {
    const { visitor, page } = await openAs('versions');
    const first = await change(visitor, page, { support_url: 'https://versions.test' });
    const second = await change(visitor, first, { enforcement: 'required' });
    const [newest] = second.marks('version');
    expect(newest).to.include('admin@versions.test').and.include('Required').and.include('Optional');
    const shown = await visitor.follow(await visitor.submit(second, {}, 'revert=1'));
    expect(shown.name).to.equal('admin-preview');
    expect(shown.$('[name=reason]').length).to.equal(1);
    const back = await visitor.follow(await visitor.submit(shown, { reason: 'too early' }, 'apply'));
    expect(back.marks('version')).to.have.length(3);
    expect(back.marks('version')[0]).to.include('too early');
    expect(fieldOf(back, 'enforcement')).to.equal('optional');
    expect(fieldOf(back, 'support_url')).to.equal('https://versions.test');
    const all = await visitor.follow(await visitor.submit(back, {}, 'revert=0'));
    const alone = await visitor.follow(await visitor.submit(all, {}, 'apply'));
    expect(fieldOf(alone, 'support_url')).to.equal('');
    const token = back.$('form:has([name=revert]) [name=_token]').attr('value') ?? '';
    for (const revert of ['99', '-1', 'first'])
      expect((await visitor.post(SECURITY, { _token: token, revert })).status, revert).to.equal(404);
  });

  it('refuse the second of two saves with both values, and take it when it is sent again', async () => {
    const one = await openAs('race');
    const other = await openAs('race', 'second');
    await change(one.visitor, one.page, { support_email: 'one@race.test', message_en: 'One.' });
    const conflict = await other.visitor.submit(other.page, { support_email: 'other@race.test' }, 'preview');
    expect([conflict.status, conflict.error]).to.deep.equal([409, 'conflict']);
    expect(alertOf(conflict)).to.match(/^Someone else changed this in the meantime/);
    expect(fieldOf(conflict, 'support_email')).to.equal('other@race.test');
    expect(conflict.mark('saved')).to.include('one@race.test').and.include('One.');
    const done = await change(other.visitor, conflict, {});
    expect(fieldOf(done, 'support_email')).to.equal('other@race.test');
  });

  it('refuse the second of two previews that are applied, and a preview that was replaced', async () => {
    const one = await openAs('race');
    const other = await openAs('race', 'second');
    const shown = await preview(one.visitor, one.page, { message_en: 'First.' });
    const beside = await preview(other.visitor, other.page, { message_en: 'Second.' });
    const late = await one.visitor.get('/admin/security');
    await preview(one.visitor, late, { message_en: 'Third.' });
    const replaced = await one.visitor.submit(shown, {}, 'apply');
    expect([replaced.status, replaced.error]).to.deep.equal([409, 'conflict']);
    const current = await one.visitor.open('/admin/security/preview');
    expect((await one.visitor.submit(current, {}, 'apply')).status).to.equal(303);
    const second = await other.visitor.submit(beside, {}, 'apply');
    expect([second.status, second.error]).to.deep.equal([409, 'conflict']);
    expect(fieldOf(second, 'message_en')).to.equal('Second.');
    expect(second.mark('saved')).to.include('Third.');
  });

  it('ask why something is loosened, and take it with a reason [B.4]', async () => {
    const { visitor, page } = await openAs('loose');
    const shown = await preview(visitor, page, { grace_days: '30', trusted_devices: '1' });
    const refused = await visitor.submit(shown, { reason: '  ' }, 'apply');
    expect([refused.status, refused.error]).to.deep.equal([422, 'field_invalid']);
    expect(refused.$('[name=reason][aria-invalid=true]').length).to.equal(1);
    const done = await visitor.follow(await visitor.submit(refused, { reason: 'a pilot' }, 'apply'));
    expect(fieldOf(done, 'grace_days')).to.equal('30');
    const tighter = await preview(visitor, done, { grace_days: '3' });
    expect(tighter.$('[name=reason]').length).to.equal(0);
  });

  it('refuse to loosen on the word of one administrator where two are needed', async () => {
    const { visitor, page } = await openAs('two');
    const shown = await preview(visitor, page, { enforcement: 'off', grace_days: '0' });
    expect(shown.$('button[name=apply]').length).to.equal(0);
    expect(shown.$('[role=note]').length).to.be.greaterThan(0);
    const tighter = await preview(visitor, page, { enforcement: 'required', grace_days: '0' });
    expect(tighter.$('button[name=apply]').length).to.equal(1);
  });

  it('are in the audit log once for each change, with the administrator and the settings', async () => {
    const { visitor, page } = await openAs('told');
    await change(visitor, page, { enforcement: 'required', grace_days: '0' });
    const { stores } = s.app.parts;
    const lines = await stores.audit.list({ tenantId: 'told', limit: 50 });
    const mine = lines.filter(({ event }) => event === 'settings.changed');
    const admin = await stores.accounts.findByEmail('admin@told.test');
    expect(mine.map(({ actor, reason }) => ({ actor, reason }))).to.deep.equal([
      { actor: admin?.id, reason: 'version 1: enforcement' },
    ]);
  });

  it('open to administrators alone, and ask for a fresh second step', async () => {
    for (const name of ['manager', 'helpdesk']) {
      const { visitor } = await openConsole(s, addressOf(name));
      for (const path of [SECURITY, `${SECURITY}/preview`, `${SECURITY}/preview.csv`])
        expect((await visitor.get(path)).status, `${name} ${path}`).to.equal(403);
    }
    const { visitor } = await openAs('told', 'second');
    s.clock.nextStep(11 * 60_000);
    expect((await visitor.open(SECURITY)).name).to.equal('enter-code');
    expect((await visitor.enterCode(nextCode(s.app))).name).to.equal('admin-security');
  });
});
