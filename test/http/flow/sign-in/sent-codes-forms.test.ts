/** The forms of a code that is sent: what a GET, a second click and a forged choice do, which is nothing. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { interaction } from '../../oidc/story.ts';
import { arrive, givePassword, hasCode, uidOf, words } from '../members.ts';
import { codeTo, desk, phoneFor, reachable, sentTo } from '../outbox.ts';

const MAIL = 'kim lou max ned oda'.split(' ');

describe('the forms of a sent code', () => {
  const s = interaction(() =>
    desk(...MAIL.map((name) => reachable(name, 'desk', 'email')), reachable('quin', 'desk', 'sms')),
  );
  const address = (name: string) => `${name}@desk.test`;
  const sent = async (name: string) => (await sentTo(s.app, address(name))).length;
  const mailed = (name: string) => codeTo(s.app, address(name));

  /** To the page where the code is typed, which was sent by the password's own form. */
  async function atCode(name: string) {
    const arrival = await givePassword(s, address(name));
    expect([arrival.page.status, arrival.page.name]).to.deep.equal([200, 'enter-code']);
    return arrival;
  }

  describe('a GET', () => {
    it('sends nothing and changes nothing, whatever its URL contains [A56]', async () => {
      const { visitor, page } = await atCode('kim');
      const base = `/interaction/${uidOf(page)}/second-factor`;
      const code = await mailed('kim');
      s.clock.nextStep(91_000);
      for (const path of [
        '',
        '/choose-method',
        '/choose-method?method=email&choose=1',
        '/verify/email',
        '/verify/email?resend=1',
        `/verify/email?code=${code}`,
        '/verify/sms',
        '/set-up',
        '/set-up/proof?send=1',
      ]) {
        const shown = await visitor.open(base + path);
        expect(shown.name, path).to.be.oneOf(['enter-code', 'choose-method']);
      }
      expect(await sent('kim')).to.equal(1);
      // None is on its way any more, and the one method there is waits to be chosen.
      expect((await visitor.open(base)).name).to.equal('choose-method');
      const chosen = await visitor.chooseMethod('email');
      expect(chosen.name).to.equal('enter-code');
      expect(await sent('kim')).to.equal(2);
    });

    it('shows the code’s page again while one is on its way [A56]', async () => {
      const { visitor, page } = await atCode('lou');
      s.clock.nextStep(30_000);
      const shown = await visitor.open(`/interaction/${uidOf(page)}`);
      expect(shown.name).to.equal('enter-code');
      expect(words(shown)).to.include('60 more seconds');
      expect(await sent('lou')).to.equal(1);
    });
  });

  describe('two clicks', () => {
    it('of the password send one code', async () => {
      const { visitor, page } = await arrive(s);
      const fields = { email: address('max'), password: PASSWORD };
      const both = await Promise.all([visitor.submit(page, fields), visitor.submit(page, fields)]);
      expect(both.map(({ status }) => status)).to.deep.equal([303, 303]);
      expect((await visitor.follow(both[1])).name).to.equal('enter-code');
      expect(await sent('max')).to.equal(1);
      expect(hasCode(await visitor.enterCode(await mailed('max')))).to.equal(true);
    });

    it('of the button for another code send one, at once or one after the other', async () => {
      const { visitor, page } = await atCode('ned');
      const both = await Promise.all([
        visitor.submit(page, {}, 'resend'),
        visitor.submit(page, {}, 'resend'),
      ]);
      const third = await visitor.submit(page, {}, 'resend');
      expect([...both, third].map(({ status }) => status)).to.deep.equal([303, 303, 303]);
      expect(await sent('ned')).to.equal(2);
      await visitor.follow(third);
      expect(hasCode(await visitor.enterCode(await mailed('ned')))).to.equal(true);
    });

    it('of a right code sign in once [A32]', async () => {
      const { visitor, page } = await atCode('oda');
      const code = await mailed('oda');
      const both = await Promise.all([visitor.submit(page, { code }), visitor.submit(page, { code })]);
      expect(both.map(({ status }) => status)).to.deep.equal([303, 303]);
      expect(hasCode(await visitor.follow(both[1]))).to.equal(true);
      const account = await s.app.parts.stores.accounts.findByEmail(address('oda'));
      const events = await s.app.parts.stores.audit.list({ accountId: account?.id ?? '', limit: 50 });
      expect(events.filter(({ event }) => event === 'second_factor.accepted')).to.have.length(1);
    });
  });

  it('is sent by enrolled methods only [A105]', async () => {
    const { visitor, page } = await atCode('quin');
    const base = `/interaction/${uidOf(page)}/second-factor`;
    const chooser = await visitor.open(`${base}/choose-method`);
    for (const method of ['email', 'totp', 'passkey', 'app', 'recovery', 'constructor', '', 'SMS']) {
      const refused = await visitor.submit(chooser, { method });
      expect([refused.status, refused.name, refused.error], method).to.deep.equal([
        422,
        'choose-method',
        'method_not_allowed',
      ]);
      // A form that no page of ours has shown.
      const { _token = '' } = Object.fromEntries(page.form({}).body);
      const resent = await visitor.post(`${base}/verify/${method || 'x'}`, { _token, resend: '1' });
      expect(resent.status, method).to.equal(403);
    }
    expect(await sent('quin')).to.equal(0);
    expect(await sentTo(s.app, phoneFor('quin'))).to.have.length(1);
  });
});
