/** The mail about a sign-in from a browser that the account has not signed in from before. */
import { expect } from 'chai';
import { DAY } from '../../oidc/machine-clock.ts';
import { interaction, nextCode, signIn } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, withApp } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';

describe('the mail about a new sign-in', () => {
  const s = interaction(() =>
    accounts(
      ...'ann ben cat dan eve'.split(' ').map((name) => withApp(name, 'open', { email_confirmed: true })),
    ),
  );
  const at = (name: string) => `${name}@open.test`;
  const told = async (name: string) =>
    (await sentTo(s.app, at(name))).filter(({ subject }) => subject.startsWith('New sign-in'));

  async function enter(name: string, visitor = s.app.visitor()) {
    const end = await signIn(s.app, visitor, await s.rp.authorizationUrl({ prompt: 'login' }), at(name));
    expect(hasCode(end)).to.equal(true);
    return visitor;
  }

  it('is not sent for the first sign-in of an account', async () => {
    await enter('ann');
    expect(await sentTo(s.app, at('ann'))).to.deep.equal([]);
  });

  it('tells when, where, the browser and the application, with a link to report it', async () => {
    await enter('ben');
    await enter('ben');
    const [mail, ...more] = await told('ben');
    expect(more).to.deep.equal([]);
    expect(mail?.text).to.include('Application: rp').and.include('Browser: Firefox, Linux');
    expect(mail?.text)
      .to.include('Where: 127.0.0.0/24')
      .and.match(/When: \d+ \w+ \d{4}/);
    expect(linkIn(mail, 'not-me')).to.be.a('string');
    const { id = '' } = (await s.app.parts.stores.accounts.findByEmail(at('ben'))) ?? {};
    const lines = await s.app.parts.stores.audit.list({ accountId: id, limit: 10 });
    expect(lines.filter(({ event }) => event === 'sign_in.new_browser')).to.have.length(1);
  });

  it('is not sent for a browser that the account knows', async () => {
    const visitor = await enter('cat');
    s.clock.set(s.clock.now() + 2 * DAY);
    await enter('cat', visitor);
    expect(await told('cat')).to.deep.equal([]);
  });

  it('is sent once a day at most', async () => {
    await enter('dan');
    for (const _ of [1, 2, 3]) await enter('dan');
    expect(await told('dan')).to.have.length(1);
    s.clock.set(s.clock.now() + DAY);
    await enter('dan');
    await enter('dan');
    expect(await told('dan')).to.have.length(2);
  });

  it('is not sent before the sign-in is complete', async () => {
    await enter('eve');
    const { visitor, page } = await givePassword(s, at('eve'));
    expect(page.name).to.equal('enter-code');
    await visitor.submit(page, { code: '000000' });
    expect(await told('eve')).to.deep.equal([]);
    await visitor.enterCode(nextCode(s.app));
    expect(await told('eve')).to.have.length(1);
  });
});
