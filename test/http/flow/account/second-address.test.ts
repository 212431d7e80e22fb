/** The second address of an account: it gets notices once it is confirmed. */
import { expect } from 'chai';
import { SECRET } from '../../../support/app.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { words } from '../members.ts';
import { desk, linkIn, reachable, sentTo } from '../outbox.ts';
import { openAccount, send } from './own-account.ts';

const APP = { method: 'totp', secret: SECRET } as const;

describe('the second address of an account', () => {
  const s = interaction(() =>
    desk(...'ann ben cat dan eve'.split(' ').map((name) => reachable(name, 'desk', APP))),
  );
  const at = (name: string) => `${name}@desk.test`;
  const home = (name: string) => `${name}@home.test`;
  const secondOf = async (name: string) =>
    (await s.app.parts.stores.accounts.findByEmail(at(name)))?.notificationEmail;

  async function press(link: string) {
    const reader = s.app.visitor();
    return reader.follow(await reader.submit(await reader.open(link), {}, 'confirm'));
  }

  async function asked(name: string, next = home(name)) {
    const { visitor, page } = await openAccount(s, at(name));
    const told = await send(visitor, page, { notification_email: next }, 'change-email');
    const link = linkIn((await sentTo(s.app, next))[0], 'confirm-notices');
    return { visitor, page: told, link };
  }

  it('counts once it is confirmed, and gets every notice from then on', async () => {
    const { visitor, page, link } = await asked('ann');
    expect(page.mark('pending-notices')).to.equal(home('ann'));
    await send(visitor, page, { phone: '+31611111111' }, 'change-phone');
    expect(await sentTo(s.app, home('ann')), 'not before').to.have.length(1);
    expect((await s.app.visitor().open(link)).name).to.equal('confirm-notices');
    expect(await secondOf('ann')).to.equal(null);
    const done = await press(link);
    expect(words(done)).to.include(home('ann'));
    expect(await secondOf('ann')).to.equal(home('ann'));
    const added = (await sentTo(s.app)).filter(({ subject }) =>
      subject.includes('second e-mail address was added'),
    );
    expect(added.map(({ to }) => to).sort()).to.deep.equal([at('ann'), home('ann')]);
    await send(visitor, await visitor.open('/account'), { phone: '+31622222222' }, 'change-phone');
    const [notice] = await sentTo(s.app, home('ann'));
    expect(notice?.subject).to.include('phone number of your account');
    expect(linkIn(notice, 'not-me')).to.be.a('string');
    expect((await s.app.visitor().open(link)).status, 'used').to.equal(400);
  });

  it('is told when another one replaces it, and when it is removed', async () => {
    const { visitor, page, link } = await asked('ben');
    await press(link);
    await send(visitor, page, { notification_email: 'ben@work.test' }, 'change-email');
    await press(linkIn((await sentTo(s.app, 'ben@work.test'))[0], 'confirm-notices'));
    expect((await sentTo(s.app, home('ben')))[0]?.subject).to.include('second e-mail address was added');
    const removed = await send(
      visitor,
      await visitor.open('/account'),
      { notification_email: '' },
      'change-email',
    );
    expect(removed.$('[role=status]').text()).to.equal('Your second e-mail address is removed.');
    expect(await secondOf('ben')).to.equal(null);
    const [last] = await sentTo(s.app, 'ben@work.test');
    expect(last?.subject).to.include('The second e-mail address of your account');
    expect(last?.subject).to.include('was removed');
  });

  it('is stopped while it waits, without a fresh factor, and its link is dead then', async () => {
    const { visitor, link } = await asked('cat');
    s.clock.set(s.clock.now() + 10 * MINUTE);
    const stopped = await send(visitor, await visitor.open('/account'), {}, 'stop-change');
    expect(stopped.marks('pending-notices')).to.deep.equal([]);
    expect((await s.app.visitor().open(link)).status).to.equal(400);
    expect(await secondOf('cat')).to.equal(null);
  });

  it('is refused for what is no address, and for the first one', async () => {
    const { visitor, page } = await openAccount(s, at('dan'));
    for (const notification_email of ['dan', 'dan@home.test\neve@home.test', at('dan')]) {
      const refused = await visitor.submit(page, { notification_email }, 'change-email');
      expect([refused.status, refused.error], notification_email).to.deep.equal([422, 'field_invalid']);
      expect(refused.$('input[name=notification_email]').attr('aria-invalid')).to.equal('true');
    }
  });

  it('signs nobody in, and is changed together with the first one', async () => {
    const { visitor, page } = await openAccount(s, at('eve'));
    const told = await send(
      visitor,
      page,
      { email: 'eve@new.test', notification_email: home('eve') },
      'change-email',
    );
    expect([told.mark('pending-email'), told.mark('pending-notices')]).to.deep.equal([
      'eve@new.test',
      home('eve'),
    ]);
    await press(linkIn((await sentTo(s.app, home('eve')))[0], 'confirm-notices'));
    expect(await s.app.parts.stores.accounts.findByEmail(home('eve'))).to.equal(null);
  });
});
