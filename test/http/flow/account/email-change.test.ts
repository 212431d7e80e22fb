/** A change of the e-mail address by its owner: the link to the new address. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { rawRequest } from '../../../support/process/raw-request.ts';
import { DAY, MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, words } from '../members.ts';
import { codeTo, desk, linkIn, reachable, sentTo } from '../outbox.ts';
import { openAccount, send } from './own-account.ts';

const APP = { method: 'totp', secret: SECRET } as const;
const WITH_APP = 'ann ben cat dan eve fay gus hal ida jan kim leo mia'.split(' ');
const SENT = 'We sent you an e-mail. Use the link in it to confirm the new address.';

describe('a change of the e-mail address', () => {
  const s = interaction(() => {
    const { tenants, accounts: people } = desk(
      ...WITH_APP.map((name) => reachable(name, 'desk', APP)),
      reachable('nia', 'desk', 'email', APP),
    );
    return { ...accounts(), tenants, accounts: people };
  });
  const at = (name: string) => `${name}@desk.test`;
  const home = (name: string) => `${name}@home.test`;
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  async function eventsOf(email: string): Promise<string[]> {
    const accountId = (await accountOf(email))?.id ?? '';
    return (await s.app.parts.stores.audit.list({ accountId, limit: 50 })).map(({ event }) => event);
  }

  async function press(link: string): Promise<Page> {
    const visitor = s.app.visitor();
    return visitor.follow(await visitor.submit(await visitor.open(link), {}, 'confirm'));
  }

  /** Up to the mail to the new address. */
  async function asked(name: string, next = home(name)) {
    const { visitor, page } = await openAccount(s, at(name));
    const told = await send(visitor, page, { email: next }, 'change-email');
    expect(told.$('[role=status]').text()).to.equal(SENT);
    const [mail] = await sentTo(s.app, next);
    return { visitor, page: told, mail, link: () => linkIn(mail, 'change-email') };
  }

  it('counts when the button behind the link to the new address is pressed, on any device', async () => {
    const { visitor, page, link } = await asked('ann');
    expect(page.mark('pending-email')).to.equal(home('ann'));
    expect(await accountOf(at('ann')), 'nothing has changed').not.to.equal(null);
    const done = await press(link());
    expect([done.name, done.status]).to.deep.equal(['change-email', 200]);
    expect(words(done)).to.include(home('ann'));
    expect(await accountOf(home('ann'))).to.include({ emailConfirmed: true, pendingEmail: null });
    expect(await accountOf(at('ann'))).to.equal(null);
    expect(await eventsOf(home('ann'))).to.include.members(['email.change_asked', 'email.changed']);
    const after = await visitor.open('/account');
    expect(after.$('input[name=email]').val(), 'the session goes on').to.equal(home('ann'));
    const { page: old } = await givePassword(s, at('ann'));
    expect(old.error).to.equal('credentials_invalid');
    expect((await givePassword(s, home('ann'))).page.name).to.equal('enter-code');
  });

  it('shows a button and changes nothing when a mail scanner opens the link [A56]', async () => {
    const { link } = await asked('ben');
    const { port, pathname } = new URL(link());
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await rawRequest(Number(port), { method, path: pathname })).status, method).to.equal(200);
    const page = await s.app.visitor().open(`${link()}?done=1`);
    expect([page.name, page.$('button[name=confirm]').length]).to.deep.equal(['change-email', 1]);
    const forged = await s.app.visitor().post(pathname, { _token: 'x' });
    expect(forged.status).to.equal(403);
    expect(await accountOf(home('ben'))).to.equal(null);
  });

  it('tells the owner when it is asked for and when it is done, at the old and the new address', async () => {
    const { link } = await asked('cat');
    const [first] = await sentTo(s.app, at('cat'));
    expect(first?.subject).to.include('Someone wants to change the e-mail address');
    expect(first?.text).to.include('c••••••@h••••••').and.not.include(home('cat'));
    expect(linkIn(first, 'not-me')).to.be.a('string');
    await press(link());
    const [old] = await sentTo(s.app, at('cat'));
    expect(old?.subject).to.include('The e-mail address of your account');
    expect(linkIn(old, 'restore-email')).to.be.a('string');
    const [fresh] = await sentTo(s.app, home('cat'));
    expect(fresh?.subject).to.equal(old?.subject);
    expect(linkIn(fresh, 'not-me')).to.be.a('string');
    expect(fresh?.text, 'restores nothing').not.to.include('/restore-email/');
  });

  it('works once, and a second press tells the same and does nothing more', async () => {
    const { link } = await asked('dan');
    await press(link());
    const count = (await sentTo(s.app)).length;
    const visitor = s.app.visitor();
    expect((await visitor.open(link())).name, 'the button is gone').to.equal('error');
    const page = await visitor.open(`${link()}?done=1`);
    expect([page.name, page.$('button[name=confirm]').length]).to.deep.equal(['change-email', 0]);
    expect((await sentTo(s.app)).length).to.equal(count);
    const events = await eventsOf(home('dan'));
    expect(events.filter((event) => event === 'email.changed')).to.have.length(1);
  });

  it('is stopped on the page without a fresh factor, and its link is dead then', async () => {
    const { visitor, link } = await asked('eve');
    s.clock.set(s.clock.now() + 10 * MINUTE);
    const stopped = await send(visitor, await visitor.open('/account'), {}, 'stop-change');
    expect([stopped.name, stopped.marks('pending-email')]).to.deep.equal(['account', []]);
    const dead = await s.app.visitor().open(link());
    expect([dead.status, dead.error]).to.deep.equal([400, 'session_expired']);
    expect(await eventsOf(at('eve'))).to.include('email.change_stopped');
  });

  it('ends with a newer one, after a day, and when the owner reports it', async () => {
    const first = await asked('fay');
    await send(first.visitor, first.page, { email: 'fay@work.test' }, 'change-email');
    expect((await s.app.visitor().open(first.link())).status, 'replaced').to.equal(400);
    const newest = linkIn((await sentTo(s.app, 'fay@work.test'))[0], 'change-email');
    expect((await s.app.visitor().open(newest)).status).to.equal(200);
    s.clock.set(s.clock.now() + DAY);
    expect((await s.app.visitor().open(newest)).status, 'too old').to.equal(400);
    const second = await openAccount(s, at('fay'));
    await send(second.visitor, second.page, { email: home('fay') }, 'change-email');
    const link = linkIn((await sentTo(s.app, home('fay')))[0], 'change-email');
    const report = linkIn((await sentTo(s.app, at('fay')))[0], 'not-me');
    const owner = s.app.visitor();
    s.clock.nextStep(1000);
    await owner.follow(await owner.submit(await owner.open(report), {}, 'report'));
    expect((await s.app.visitor().open(link)).status, 'reported').to.equal(400);
    expect((await accountOf(at('fay')))?.email).to.equal(at('fay'));
  });

  it('asks for the second factor again, and a stolen session alone sends nothing [A51]', async () => {
    const { visitor } = await openAccount(s, at('gus'));
    s.clock.set(s.clock.now() + 6 * MINUTE);
    const page = await send(
      visitor,
      await visitor.open('/account'),
      { email: 'thief@evil.test' },
      'change-email',
    );
    expect(page.name).to.equal('enter-code');
    expect(await sentTo(s.app, 'thief@evil.test')).to.deep.equal([]);
    expect((await accountOf(at('gus')))?.pendingEmail).to.equal(null);
    const refilled = await visitor.enterCode(nextCode(s.app));
    expect(refilled.$('input[name=email]').val()).to.equal('thief@evil.test');
    expect(await sentTo(s.app, 'thief@evil.test'), 'not before it is sent again').to.deep.equal([]);
  });

  it('does not reveal that another account has the address, and tells its owner without a link', async () => {
    const free = await asked('hal', 'nobody@home.test');
    const taken = await openAccount(s, at('ida'));
    const told = await send(taken.visitor, taken.page, { email: at('jan') }, 'change-email');
    const plain = (page: Page) => words(page).replaceAll(/\S+@\S+/g, '@');
    expect(plain(told)).to.equal(plain(free.page));
    expect(told.mark('pending-email')).to.equal(at('jan'));
    const [mail] = await sentTo(s.app, at('jan'));
    expect(mail?.subject).to.include('You already have an account');
    expect(mail?.text)
      .not.to.include(at('ida'))
      .and.not.match(/https?:\/\//);
    expect(await eventsOf(at('ida'))).to.include('email.change_asked');
  });

  it('fails when the address was taken meanwhile, and says no more than that the link is dead', async () => {
    const { link } = await asked('jan', 'wanted@home.test');
    const rival = await asked('kim', 'wanted@home.test');
    expect((await press(link())).name).to.equal('change-email');
    const late = await press(rival.link());
    expect([late.status, late.error]).to.deep.equal([400, 'session_expired']);
    expect((await accountOf(at('kim')))?.email).to.equal(at('kim'));
  });

  it('is refused for what is no address, and is no change for the same one', async () => {
    const { visitor, page } = await openAccount(s, at('leo'));
    for (const email of [
      '',
      'leo',
      'leo@',
      'a b@home.test',
      'leo@home.test,eve@home.test',
      `${'x'.repeat(260)}@home.test`,
    ]) {
      const refused = await visitor.submit(page, { email }, 'change-email');
      expect([refused.status, refused.error], email).to.deep.equal([422, 'field_invalid']);
    }
    const same = await send(visitor, page, { email: ` LEO@Desk.test ` }, 'change-email');
    expect(same.$('[role=status]').text()).to.equal('Nothing was changed.');
    expect(await eventsOf(at('leo'))).not.to.include('email.change_asked');
  });

  it('sends at most five mails to one address in ten minutes, and says when to go on', async () => {
    const { visitor, page } = await openAccount(s, at('mia'));
    for (let sent = 0; sent < 5; sent += 1) await send(visitor, page, { email: home('mia') }, 'change-email');
    const refused = await visitor.submit(page, { email: home('mia') }, 'change-email');
    expect([refused.status, refused.error]).to.deep.equal([429, 'resend_too_soon']);
    expect(await sentTo(s.app, home('mia'))).to.have.length(5);
  });

  it('moves an e-mail factor with the proof of the new address alone', async () => {
    const { link } = await asked('nia');
    const visitor = s.app.visitor();
    await givePassword(s, at('nia'), visitor);
    await visitor.chooseMethod('email');
    const before = await sentTo(s.app, home('nia'));
    expect(await codeTo(s.app, at('nia'))).to.match(/^\d{6}$/);
    expect(before, 'no code goes there yet').to.have.length(1);
    await press(link());
    const after = s.app.visitor();
    await givePassword(s, home('nia'), after);
    const page = await after.chooseMethod('email');
    expect(page.mark('destination')).to.equal('n••••••@h••••••');
    const end = await after.enterCode(await codeTo(s.app, home('nia')));
    expect(hasCode(end)).to.equal(true);
  });
});
