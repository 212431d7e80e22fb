/** The code to the present address with which an account without a second factor begins a change of its address. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { accounts, member } from '../members.ts';
import { codeTo, desk, linkIn, notThis, reachable, sentTo } from '../outbox.ts';
import { openAccount, send } from './own-account.ts';

const SENT = 'We sent you an e-mail. Use the link in it to confirm the new address.';

describe('a change of the e-mail address of an account without a second factor', () => {
  const s = interaction(() => {
    const { tenants, accounts: people } = desk(
      ...['ola', 'quy', 'roy', 'sam'].map((name) => member(name, 'desk', { email_confirmed: true })),
      member('pia', 'desk'),
      reachable('app', 'desk', { method: 'totp', secret: SECRET }),
    );
    return { ...accounts(), tenants, accounts: people };
  });
  const at = (name: string) => `${name}@desk.test`;
  const home = (name: string) => `${name}@home.test`;
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  it('begins with a code to the present address, which confirms that address', async () => {
    const { visitor, page } = await openAccount(s, at('pia'));
    const asking = await send(visitor, page, { email: home('pia') }, 'change-email');
    expect([asking.name, asking.mark('destination')]).to.deep.equal(['change-email-code', 'p••••••@d••••••']);
    expect(await sentTo(s.app, home('pia')), 'no link yet').to.deep.equal([]);
    const code = await codeTo(s.app, at('pia'));
    const wrong = await visitor.submit(asking, { code: notThis(code) }, 'confirm');
    expect([wrong.status, wrong.error]).to.deep.equal([422, 'code_invalid']);
    const told = await send(visitor, wrong, { code }, 'confirm');
    expect(told.$('[role=status]').text()).to.equal(SENT);
    expect((await accountOf(at('pia')))?.emailConfirmed).to.equal(true);
    const [mail] = await sentTo(s.app, home('pia'));
    const other = s.app.visitor();
    const opened = await other.open(linkIn(mail, 'change-email'));
    const done = await other.follow(await other.submit(opened, {}, 'confirm'));
    expect(done.name).to.equal('change-email');
    expect(await accountOf(home('pia'))).not.to.equal(null);
  });

  it('accepts a code once, for the address that it was asked for, and sends a new one', async () => {
    const { visitor, page } = await openAccount(s, at('ola'));
    const first = await send(visitor, page, { email: 'ola@one.test' }, 'change-email');
    const old = await codeTo(s.app, at('ola'));
    const again = await send(visitor, first, {}, 'resend');
    const code = await codeTo(s.app, at('ola'));
    expect(code).not.to.equal(old);
    const other = await send(visitor, page, { email: 'ola@two.test' }, 'change-email');
    const foreign = await visitor.submit(other, { code }, 'confirm');
    expect([foreign.status, foreign.error], 'for another address').to.deep.equal([422, 'code_invalid']);
    await send(visitor, page, { email: 'ola@one.test' }, 'change-email');
    expect(again.name).to.equal('change-email-code');
    const newest = await codeTo(s.app, at('ola'));
    expect((await visitor.submit(other, { code: newest }, 'confirm')).status).to.equal(303);
    expect(await sentTo(s.app, 'ola@one.test')).to.have.length(1);
    expect((await visitor.open('/account/email/code')).name, 'the page is over').to.equal('account');
  });

  it('leaves a right code for later while no mail may go to the new address', async () => {
    const target = home('sam');
    const app = await openAccount(s, at('app'));
    for (let sent = 0; sent < 5; sent += 1) {
      await send(app.visitor, app.page, { email: target }, 'change-email');
    }
    s.clock.set(s.clock.now() + 9 * MINUTE);
    const { visitor, page } = await openAccount(s, at('sam'));
    const asking = await send(visitor, page, { email: target }, 'change-email');
    const code = await codeTo(s.app, at('sam'));
    for (let answers = 0; answers < 6; answers += 1) {
      const early = await visitor.submit(asking, { code }, 'confirm');
      expect([early.status, early.error]).to.deep.equal([429, 'resend_too_soon']);
    }
    expect(await sentTo(s.app, target)).to.have.length(5);
    s.clock.set(s.clock.now() + MINUTE);
    const both = await Promise.all([0, 1].map(() => visitor.submit(asking, { code }, 'confirm')));
    expect(both.map(({ status }) => status).sort(), 'one of two answers').to.deep.equal([303, 422]);
    expect(await sentTo(s.app, target)).to.have.length(6);
  });

  it('refuses text that is no code, and a code whose time is over', async () => {
    const { visitor, page } = await openAccount(s, at('roy'));
    const asking = await send(visitor, page, { email: home('roy') }, 'change-email');
    const code = await codeTo(s.app, at('roy'));
    const text = await visitor.submit(asking, { code: 'abc' }, 'confirm');
    expect([text.status, text.error]).to.deep.equal([422, 'code_invalid']);
    s.clock.set(s.clock.now() + 4 * MINUTE);
    const late = await visitor.submit(asking, { code }, 'confirm');
    expect([late.status, late.error]).to.deep.equal([422, 'code_expired']);
    expect(await sentTo(s.app, home('roy')), 'no link').to.deep.equal([]);
  });

  it('asks for a fresh password first, and its page lives as long as the change [A51]', async () => {
    const { visitor, page } = await openAccount(s, at('quy'));
    s.clock.set(s.clock.now() + 6 * MINUTE);
    const asked = await send(visitor, page, { email: home('quy') }, 'change-email');
    expect(asked.name).to.equal('sign-in');
    const refilled = await visitor.signIn(at('quy'), PASSWORD);
    expect(refilled.$('input[name=email]').val()).to.equal(home('quy'));
    const asking = await send(visitor, refilled, {}, 'change-email');
    expect(asking.name).to.equal('change-email-code');
    s.clock.set(s.clock.now() + 15 * MINUTE);
    expect((await visitor.open('/account/email/code')).name).to.equal('account');
  });
});
