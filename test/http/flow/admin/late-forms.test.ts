/** Forms of the console that arrive after the ten minutes of a second factor. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { words } from '../members.ts';
import { addressOf, consoleConfig, idOf, linesBy, openConsole } from './console.ts';
import { openPerson, post } from './person.ts';

describe('a form of the console after the ten minutes', () => {
  const s = interaction(() => consoleConfig());
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  /** Opens the page, lets the second factor become too old, and sends a form of it. The factor is given then. */
  async function late(
    { visitor, page }: { readonly visitor: Visitor; readonly page: Page },
    fields: Readonly<Record<string, string | readonly string[]>>,
    button: string,
  ): Promise<Page> {
    s.clock.nextStep(11 * MINUTE);
    const asked = await visitor.follow(await visitor.submit(page, fields, button));
    expect(asked.name).to.equal('enter-code');
    return visitor.enterCode(nextCode(s.app));
  }

  it('comes back with the details that were typed, saves nothing by itself, and saves when it is sent again [A63]', async () => {
    const opened = await openPerson(s, 'admin', 'ben');
    const typed = { name: 'Benedikt <b>', groups: 'research\npilot', send_activation: '1' };
    const back = await late(opened, typed, 'save');
    expect([back.status, back.name]).to.deep.equal([200, 'admin-user']);
    expect(back.$('input[name=name]').val()).to.equal(typed.name);
    expect(back.$('[name=groups]').val()).to.equal(typed.groups);
    expect(back.$('[name=send_activation][checked]').length).to.equal(1);
    expect(back.$('[role=status]').text()).to.equal(
      'Nothing is saved yet. Check what you entered, and send it again.',
    );
    expect((await accountOf(addressOf('ben')))?.name).to.equal('ben');
    const saved = await opened.visitor.follow(
      await opened.visitor.submit(back, { send_activation: '' }, 'save'),
    );
    expect(saved.$('[data-mark=name]').text()).to.equal(typed.name);
    expect((await accountOf(addressOf('ben')))?.groups).to.deep.equal(['research', 'pilot']);
  });

  it('is refused as a conflict when somebody saved before it was sent again', async () => {
    const opened = await openPerson(s, 'admin', 'ann');
    const back = await late(opened, { name: 'Ann of before' }, 'save');
    const other = await openPerson(s, 'second', 'ann');
    await other.visitor.follow(await other.visitor.submit(other.page, { name: 'Ann of now' }, 'save'));
    const answer = await opened.visitor.submit(back, {}, 'save');
    expect([answer.status, answer.error]).to.deep.equal([409, 'conflict']);
    expect((await accountOf(addressOf('ann')))?.name).to.equal('Ann of now');
  });

  it('keeps the reason for an act on the factors, and acts only when it is sent again [A59]', async () => {
    const opened = await openPerson(s, 'admin', 'ann');
    const reason = 'Lost the phone on the train';
    const back = await late(opened, { reason }, 'file-reset');
    expect(back.$('[name=reason]').val()).to.equal(reason);
    expect(await linesBy(s, 'admin', 'factors.reset_requested')).to.deep.equal([]);
    const filed = await opened.visitor.follow(await opened.visitor.submit(back, {}, 'file-reset'));
    expect(filed.$('[role=status]').text()).not.to.equal('');
  });

  it('comes back with every setting that was typed, ticks included [B.4]', async () => {
    const opened = await openConsole(s, addressOf('admin'), '/admin/security');
    const message = 'Wegens de nieuwe regels. '.repeat(60);
    const typed = {
      grace_days: '12',
      methods: ['email'],
      trusted_devices: '1',
      message_nl: message,
    };
    const back = await late(opened, typed, 'preview');
    expect([back.status, back.name]).to.deep.equal([200, 'admin-security']);
    expect(back.$('[name=grace_days]').val()).to.equal('12');
    expect(String(back.$('[name=message_nl]').val()).trim()).to.equal(message.trim());
    expect(back.$('[name=trusted_devices][checked]').length).to.equal(1);
    const chosen = back.$('[name=methods][checked]').toArray();
    expect(chosen.map((each) => each.attribs.value)).to.deep.equal(typed.methods);
    const preview = await opened.visitor.follow(await opened.visitor.submit(back, {}, 'preview'));
    expect(preview.name).to.equal('admin-preview');
  });

  it('says that a file is not kept, and keeps an invitation', async () => {
    const opened = await openConsole(s, addressOf('admin'), '/admin/invite');
    s.clock.nextStep(11 * MINUTE);
    const { visitor, page } = opened;
    await visitor.follow(await visitor.upload(page, 'email,name\nnew@acme.test,New', 'import'));
    const noFile = await visitor.enterCode(nextCode(s.app));
    expect(words(noFile)).to.include('Your file was not kept: choose it again.');
    expect(noFile.text).not.to.include('new@acme.test');
    expect(await accountOf('new@acme.test')).to.equal(null);
    const back = await late({ visitor, page: noFile }, { email: 'ivy@acme.test', name: 'Ivy' }, 'invite');
    expect(back.$('[name=email]').val()).to.equal('ivy@acme.test');
    expect(await accountOf('ivy@acme.test')).to.equal(null);
  });

  it('says that nothing has changed after a button without text, and that a longer text is lost', async () => {
    const opened = await openPerson(s, 'admin', 'ben');
    const back = await late(opened, {}, 'disable');
    expect(words(back)).to.include('Nothing has changed yet. Choose the button again.');
    expect((await accountOf(addressOf('ben')))?.disabledAt).to.equal(null);
    s.clock.nextStep(11 * MINUTE);
    const asked = await post(opened.visitor, opened.path, 'file-reset', back, { reason: 'x'.repeat(17_000) });
    await opened.visitor.follow(asked);
    const lost = await opened.visitor.enterCode(nextCode(s.app));
    expect(words(lost)).to.include('Your text was too long to be kept');
  });

  it('is in no address, belongs to one session and page, and is gone after 15 minutes [A98 A102]', async () => {
    const opened = await openPerson(s, 'admin', 'ben');
    s.clock.nextStep(11 * MINUTE);
    const { visitor, path } = opened;
    const sent = await visitor.submit(opened.page, { name: 'Bewaard' }, 'save');
    expect(decodeURIComponent(sent.location ?? '')).not.to.include('Bewaard');
    await visitor.follow(sent);
    const back = await visitor.enterCode(nextCode(s.app));
    expect(new URL(back.url).search).to.equal('?typed=kept');
    const nameAt = async (from: Visitor, address: string) =>
      (await from.open(`${address}?typed=kept`)).$('input[name=name]').val();
    expect(await nameAt(visitor, path), 'the same page again').to.equal('Bewaard');
    const elsewhere = `/admin/users/${await idOf(s, addressOf('helpdesk'))}`;
    expect(await nameAt(visitor, elsewhere), 'another page').to.equal('helpdesk');
    const second = await openConsole(s, addressOf('second'));
    const stored = (await accountOf(addressOf('ben')))?.name;
    expect(await nameAt(second.visitor, path), 'another session').to.equal(stored);
    s.clock.nextStep(9 * MINUTE);
    await visitor.open('/admin');
    s.clock.nextStep(7 * MINUTE);
    await visitor.open('/admin');
    const page = await visitor.enterCode(nextCode(s.app));
    expect(page.name).to.equal('admin-overview');
    expect(await nameAt(visitor, path), 'too old').to.equal(stored);
  });

  it('keeps nothing of a form without its token, and nothing for a role that may not open the page [A56 A61]', async () => {
    const { visitor, path } = await openPerson(s, 'admin', 'ben');
    s.clock.nextStep(11 * MINUTE);
    const foreign = await visitor.post(path, { _token: 'x', name: 'Forged', save: '1' });
    expect([foreign.status, foreign.location?.includes('typed')]).to.deep.equal([303, false]);
    const help = await openConsole(s, addressOf('helpdesk'));
    s.clock.nextStep(11 * MINUTE);
    const refused = await help.visitor.post('/admin/security', { message_en: 'Forged' });
    expect([refused.status, refused.name, refused.location]).to.deep.equal([403, 'error', null]);
  });
});
