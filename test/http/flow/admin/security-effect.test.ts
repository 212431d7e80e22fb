/** Settings that are changed in the console act at once, on every instance, and as the preview has said. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, errorOf, interaction, refresh, refusal, signIn, tokensFor } from '../../oidc/story.ts';
import { arrive, givePassword, member } from '../members.ts';
import { trust } from '../trusted-browsers/trust.ts';
import { addressOf, consoleConfig, openConsole } from './console.ts';

const TENANTS = {
  tight: {},
  rules: {},
  trusting: { trusted_devices: true },
  counted: { methods: ['totp', 'email'], groups: { finance: 'optional' } },
  shrinking: { methods: ['totp', 'email'] },
} as const;

const APP = { factors: [{ method: 'totp', secret: SECRET }] };
const MAIL = { factors: [{ method: 'email' }], email_confirmed: true };

function effectConfig() {
  const standard = consoleConfig();
  return {
    ...standard,
    tenants: [
      ...(standard.tenants as readonly unknown[]),
      ...Object.entries(TENANTS).map(([id, settings]) => ({
        id,
        name: id,
        second_factor: { set_up_proof: 'none', ...settings },
      })),
    ],
    accounts: [
      ...(standard.accounts as readonly unknown[]),
      ...Object.keys(TENANTS).map((id) => member('admin', id, { role: 'admin', ...APP })),
      ...Object.keys(TENANTS).map((id) => member('app', id, APP)),
      ...Object.keys(TENANTS).map((id) => member('new', id)),
      member('mail', 'counted', MAIL),
      member('helper', 'counted', { role: 'helpdesk' }),
      member('boss', 'counted', { role: 'admin' }),
      member('=cmd', 'counted', { name: '=1+1', groups: ['finance', '=2+2'] }),
      member('mail', 'shrinking', MAIL),
    ],
  };
}

describe('changed security settings', () => {
  const s = interaction(() => effectConfig());

  type Workspace = keyof typeof TENANTS;
  type TypedFields = Record<string, string | readonly string[]>;

  async function previewOf(
    workspace: Workspace,
    typed: TypedFields,
  ): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await openConsole(s, addressOf('admin', workspace), '/admin/security');
    return { visitor, page: await visitor.follow(await visitor.submit(page, typed, 'preview')) };
  }

  async function change(workspace: Workspace, typed: TypedFields): Promise<void> {
    const { visitor, page } = await previewOf(workspace, typed);
    const reason = page.$('[name=reason]').length > 0 ? { reason: 'a test' } : {};
    const done = await visitor.follow(await visitor.submit(page, reason, 'apply'));
    expect(done.$('[role=status]').length).to.equal(1);
  }

  const numbersIn = (page: Page) => ({
    affected: page.mark('affected'),
    'already-protected': page.mark('already-protected'),
    'must-set-up': page.mark('must-set-up'),
    'no-method': page.mark('no-method'),
    administrators: page.mark('administrators'),
  });

  it('act at once on live sessions, silent requests and refresh tokens [B.2 A79 A80]', async () => {
    const email = addressOf('new', 'tight');
    const alive = await tokensFor(s.app, s.rp, email, { scope: 'openid offline_access' });
    const kept = await tokensFor(s.app, s.rp, addressOf('app', 'tight'), { scope: 'openid offline_access' });
    expect(errorOf(await askAgain(alive.visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect((await refresh(s.rp, alive.tokens.refresh_token)).access_token).to.be.a('string');

    await change('tight', { enforcement: 'required', grace_days: '0' });

    // In the run with two instances each of these requests goes to either.
    for (let count = 0; count < 4; count += 1) {
      expect(errorOf(await askAgain(alive.visitor, s.rp, { prompt: 'none' }))).to.equal(
        'interaction_required',
      );
      expect(await refusal(refresh(s.rp, alive.tokens.refresh_token))).to.equal('invalid_grant');
      expect(errorOf(await askAgain(kept.visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    }
    expect((await arrive(s, alive.visitor)).page.name).to.match(/^set-up-/);
    expect((await alive.visitor.open('/account')).name).not.to.equal('account');
    expect((await refresh(s.rp, kept.tokens.refresh_token)).access_token).to.be.a('string');

    await change('tight', { enforcement: 'optional' });
    expect(errorOf(await askAgain(alive.visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect((await refresh(s.rp, alive.tokens.refresh_token)).access_token).to.be.a('string');
  });

  it('reach what else is read of a workspace: grace, the methods on offer, the message, and help [1.3 4.6 4.7]', async () => {
    await change('rules', {
      enforcement: 'required',
      methods: ['email'],
      grace_days: '5',
      message_en: 'Because of the audit.',
      support_url: 'https://rules.test/2fa',
    });
    const { page } = await givePassword(s, addressOf('new', 'rules'));
    expect(page.text).to.include('Because of the audit.');
    expect(page.$('a[href="https://rules.test/2fa"]').length).to.be.greaterThan(0);
    expect(page.$('button[name=later]').length).to.equal(1);
    expect(page.$('[name=method][value=totp]').length).to.equal(0);
  });

  it('end the trust in browsers for good when it is forbidden', async () => {
    const email = addressOf('app', 'trusting');
    const { visitor } = await trust(s, email);
    expect(errorOf((await givePassword(s, email, visitor, { prompt: 'login' })).page)).to.equal(null);

    const preview = await previewOf('trusting', { trusted_devices: [] });
    expect(preview.page.mark('affected')).to.equal('1');
    await change('trusting', { trusted_devices: [] });
    expect((await givePassword(s, email, visitor, { prompt: 'login' })).page.name).to.equal('enter-code');
    await change('trusting', { trusted_devices: '1' });
    expect((await givePassword(s, email, visitor, { prompt: 'login' })).page.name).to.equal('enter-code');
  });

  it('survive a reload of the configuration, whose file is the floor again [B.4]', async () => {
    await s.app.reload({});
    const { page } = await givePassword(s, addressOf('new', 'rules'));
    expect(page.text).to.include('Because of the audit.');
  });

  it('are counted in the preview as they act later', async () => {
    const { visitor, page } = await previewOf('counted', { enforcement: 'required', grace_days: '0' });
    expect(numbersIn(page)).to.deep.equal({
      // Members without a factor: new, helper, boss and =cmd.
      affected: '4',
      administrators: '1',
      'already-protected': '3',
      'must-set-up': '4',
      'no-method': '0',
    });
    expect(page.text).to.include('always');
    const csv = await visitor.get('/admin/security/preview.csv');
    expect(csv.headers['content-type']).to.equal('text/csv; charset=utf-8');
    const [heading, ...rows] = csv.text.trimEnd().split('\r\n');
    expect(heading).to.equal('email,name,role,groups,after');
    const emails = rows.map((row) => row.split(',')[0]);
    expect(emails).to.have.members([
      "'=cmd@counted.test",
      'boss@counted.test',
      'helper@counted.test',
      'new@counted.test',
    ]);
    expect(csv.text).to.include(`,'=1+1,member,finance;'=2+2,`);
    const people = ['new', 'app', 'mail', 'helper', 'boss', '=cmd'];
    const before = new Map<string, string | null>();
    for (const name of people) {
      const { page: at } = await givePassword(s, addressOf(name, 'counted'));
      before.set(name, at.location === null ? at.name : 'in');
    }
    await visitor.submit(await visitor.open('/admin/security/preview'), {}, 'apply');
    const differ = [];
    for (const name of people) {
      const { page: at } = await givePassword(s, addressOf(name, 'counted'));
      if ((at.location === null ? at.name : 'in') !== before.get(name)) differ.push(name);
    }
    expect(differ).to.have.members(['new', 'helper', 'boss', '=cmd']);
  });

  it('name those who have nothing to set up, or whose only method is taken away', async () => {
    const off = await previewOf('shrinking', { methods: ['totp'], enforcement: 'required', grace_days: '0' });
    expect(numbersIn(off.page)).to.deep.equal({
      affected: '2',
      administrators: '0',
      'already-protected': '2',
      'must-set-up': '2',
      'no-method': '1',
    });
    await off.visitor.submit(off.page, {}, 'apply');
    const { page } = await givePassword(s, addressOf('mail', 'shrinking'));
    expect(page.name).to.equal('error');
  });

  it('change nothing before they are applied, and nothing for another workspace', async () => {
    await previewOf('shrinking', { enforcement: 'required', grace_days: '0', message_en: 'Not yet.' });
    const visitor = s.app.visitor();
    const end = await signIn(s.app, visitor, await s.rp.authorizationUrl(), addressOf('ben'));
    expect(errorOf(end)).to.equal(null);
    const { page } = await givePassword(s, addressOf('new', 'shrinking'));
    expect(page.text).not.to.include('Not yet.');
  });
});
