/** The page of the account: name, language and telephone number, over HTTP. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, words } from '../members.ts';
import { codeTo, desk, phoneFor, reachable, sentTo } from '../outbox.ts';
import { openAccount, send } from './own-account.ts';

const APP = { method: 'totp', secret: SECRET } as const;
const HOSTILE = '<script>alert(1)</script> "Ann" & Søn';

describe('the page of the account', () => {
  const s = interaction(() =>
    desk(
      ...'ann ben cat dan eve fay gus hal ida'.split(' ').map((name) => reachable(name, 'desk', APP)),
      reachable('sam', 'desk', 'sms', APP),
      reachable('tom', 'desk', 'sms', APP),
    ),
  );
  const at = (name: string) => `${name}@desk.test`;
  const accountOf = async (name: string) => s.app.parts.stores.accounts.findByEmail(at(name));

  async function eventsOf(name: string): Promise<string[]> {
    const accountId = (await accountOf(name))?.id ?? '';
    const lines = await s.app.parts.stores.audit.list({ accountId, limit: 50 });
    return lines.map(({ event, reason }) => (reason === null ? event : `${event} ${reason}`));
  }

  it('changes the name, shows it escaped everywhere, and writes it into the audit log', async () => {
    const { visitor, page } = await openAccount(s, at('ann'));
    const saved = await send(visitor, page, { name: `  ${HOSTILE} ` }, 'save');
    expect([saved.status, saved.$('[role=status]').text()]).to.deep.equal([200, 'Saved.']);
    expect(saved.$('input[name=name]').val()).to.equal(HOSTILE);
    expect(saved.text).not.to.include('<script>alert');
    expect((await accountOf('ann'))?.name).to.equal(HOSTILE);
    expect(await eventsOf('ann')).to.include('account.details_changed name');
  });

  for (const [title, name] of [
    ['an empty name', '   '],
    ['a name of more than 200 characters', 'x'.repeat(201)],
    ['a name with a line break', 'Ben\nBcc: x'],
    ['a name that turns the direction of a text', 'Ben\u202egnp'],
  ] as const) {
    it(`refuses ${title}, and keeps what was typed`, async () => {
      const { visitor, page } = await openAccount(s, at('ben'));
      const refused = await visitor.submit(page, { name }, 'save');
      expect([refused.status, refused.error]).to.deep.equal([422, 'field_invalid']);
      expect(refused.$('input[name=name]').attr('aria-invalid')).to.equal('true');
      expect((await accountOf('ben'))?.name).to.equal('ben');
    });
  }

  it('changes the language with an old factor, and goes back to the one of the browser', async () => {
    const { visitor } = await openAccount(s, at('cat'));
    s.clock.set(s.clock.now() + 10 * MINUTE);
    const dutch = await send(visitor, await visitor.open('/account'), { locale: 'nl' }, 'save');
    expect([dutch.status, dutch.$('html').attr('lang')]).to.deep.equal([200, 'nl']);
    expect(dutch.$('[role=status]').text()).to.equal('Opgeslagen.');
    expect((await accountOf('cat'))?.locale).to.equal('nl');
    const english = await send(visitor, dutch, { locale: '' }, 'save');
    expect(english.$('html').attr('lang'), 'as the browser says').to.equal('en');
    expect(english.$('option[selected]').val()).to.equal('');
    expect((await accountOf('cat'))?.locale).to.equal(null);
  });

  it('asks for the second factor again before a name changes, and keeps what was typed [A51]', async () => {
    const { visitor } = await openAccount(s, at('dan'));
    s.clock.set(s.clock.now() + 6 * MINUTE);
    const asked = await send(visitor, await visitor.open('/account'), { name: 'Daniël' }, 'save');
    expect(asked.name).to.equal('enter-code');
    expect((await accountOf('dan'))?.name).to.equal('dan');
    const refilled = await visitor.enterCode(nextCode(s.app));
    expect([refilled.name, refilled.$('input[name=name]').val()]).to.deep.equal(['account', 'Daniël']);
    expect(words(refilled)).to.include('Nothing is saved yet');
    expect(decodeURIComponent(refilled.url)).not.to.include('Daniël');
    await send(visitor, refilled, {}, 'save');
    expect((await accountOf('dan'))?.name).to.equal('Daniël');
  });

  it('fills in nothing that belongs to another account, and nothing that it did not seal itself', async () => {
    const { visitor } = await openAccount(s, at('eve'));
    s.clock.set(s.clock.now() + 6 * MINUTE);
    await send(visitor, await visitor.open('/account'), { name: 'Evil' }, 'save');
    const { url } = await visitor.enterCode(nextCode(s.app));
    const other = await openAccount(s, at('fay'));
    const { search } = new URL(url);
    for (const query of [search, '?typed=name', `${search}x`]) {
      const page = await other.visitor.open(`/account${query}`);
      expect([page.status, page.$('input[name=name]').val()], query).to.deep.equal([200, 'fay']);
    }
  });

  it('changes a number, stops its codes until it is proven again, and goes on in this session [3.5]', async () => {
    const { visitor, page } = await openAccount(s, at('sam'));
    const elsewhere = s.app.visitor();
    await givePassword(s, at('sam'), elsewhere);
    await elsewhere.chooseMethod('sms');
    await elsewhere.enterCode(await codeTo(s.app, phoneFor('sam')));
    const changed = await send(visitor, page, { phone: '+31 6 87 65 43 21' }, 'change-phone');
    expect([changed.name, changed.status]).to.deep.equal(['account', 200]);
    expect(words(changed)).to.include('set up text messages on your security page');
    expect(changed.$('input[name=phone]').val()).to.equal('+31 6 87654321');
    const account = await accountOf('sam');
    expect(account?.phone).to.equal('+31687654321');
    const left = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    expect(left.map(({ method }) => method)).to.deep.equal(['totp']);
    expect((await visitor.open('/account')).name, 'this session').to.equal('account');
    expect((await elsewhere.open('/account')).name, 'the session of the lost factor').to.equal('sign-in');
    const told = (await sentTo(s.app)).filter(({ text }) => text.includes('phone number of your account'));
    expect(told.map(({ to }) => to)).to.include.members([at('sam'), phoneFor('sam')]);
    const again = s.app.visitor();
    expect((await givePassword(s, at('sam'), again)).page.$('body').attr('data-method')).to.equal('totp');
  });

  it('reads a number without its country code by the language of the page [3.5]', async () => {
    const { visitor, page } = await openAccount(s, at('gus'));
    const english = await visitor.submit(page, { phone: '06 1111 2222' }, 'change-phone');
    expect([english.status, english.error]).to.deep.equal([422, 'phone_invalid']);
    expect(english.$('input[name=phone]').val()).to.equal('06 1111 2222');
    const dutch = await send(visitor, english, { locale: 'nl' }, 'save');
    await send(visitor, dutch, { phone: '06 1111 2222' }, 'change-phone');
    expect((await accountOf('gus'))?.phone).to.equal('+31611112222');
  });

  it('removes a number that is no second step, and tells the account', async () => {
    const { visitor, page } = await openAccount(s, at('hal'));
    const removed = await send(visitor, page, { phone: '' }, 'change-phone');
    expect(removed.$('[role=status]').text()).to.equal('Your phone number is removed.');
    expect((await accountOf('hal'))?.phone).to.equal(null);
  });

  it('refuses a change of number and addresses while the account is frozen, and says why [A48]', async () => {
    const { visitor, page } = await openAccount(s, at('ida'));
    const { id = '' } = (await accountOf('ida')) ?? {};
    const frozenAt = s.clock.now();
    await s.app.parts.stores.accounts.setFrozen(id, frozenAt);
    s.clock.set(frozenAt + 1000);
    const refused = await visitor.submit(page, { phone: '+31612341234' }, 'change-phone');
    expect(refused.location, 'the session has ended').to.include('/auth?');
    const again = await openAccount(s, at('ida'));
    expect(words(again.page)).to.include('can’t be changed since');
    for (const [fields, button] of [
      [{ phone: '+31612341234' }, 'change-phone'],
      [{ email: 'thief@evil.test' }, 'change-email'],
      [{ notification_email: 'thief@evil.test' }, 'change-email'],
    ] as const) {
      const answer = await again.visitor.submit(again.page, fields, button);
      expect([answer.status, answer.error], button).to.deep.equal([403, 'forbidden']);
    }
    expect(await sentTo(s.app, 'thief@evil.test')).to.deep.equal([]);
  });

  it('takes no form without its token, and changes nothing on a GET [A56]', async () => {
    const { visitor, page } = await openAccount(s, at('tom'));
    for (const path of ['/account/details', '/account/phone', '/account/email', '/account/email/stop']) {
      expect((await visitor.get(path)).status, `GET ${path}`).to.equal(404);
      const foreign = await visitor.post(path, {
        name: 'Evil',
        phone: '',
        email: 'x@evil.test',
        _token: 'x',
      });
      expect(foreign.status, path).to.equal(403);
    }
    const token = page.$('form[action="/account/phone"] [name=_token]').val();
    const moved = await visitor.post('/account/email', { email: 'x@evil.test', _token: String(token) });
    expect(moved.status, 'the token of another form').to.equal(403);
    expect(await accountOf('tom')).to.include({ name: 'tom', phone: phoneFor('tom') });
  });

  it('is behind the second factor: a half sign-in changes nothing [A49]', async () => {
    const { visitor } = await givePassword(s, at('ann'));
    const answer = await visitor.post('/account/email', { email: 'thief@evil.test' });
    expect(answer.location).to.include('/auth?');
    expect(await sentTo(s.app, 'thief@evil.test')).to.deep.equal([]);
  });
});
