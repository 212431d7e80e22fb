/** Signing in by a code that was sent: the page, the code, sending again, and what the relying party is told. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { errorOf, interaction, MFA, redeem, TWO_STEP } from '../../oidc/story.ts';
import { alertOf, givePassword, hasCode, words } from '../members.ts';
import { codeTo, desk, notThis, phoneFor, reachable, sentTo } from '../outbox.ts';

const MAIL = 'ann ben cat dan eve fay gus hal ike jan'.split(' ');
const SMS = 'pia ria'.split(' ');

describe('a sent code at sign-in', () => {
  const s = interaction(() =>
    desk(
      ...MAIL.map((name) => reachable(name, 'desk', 'email')),
      ...SMS.map((name) => reachable(name, 'desk', 'sms')),
    ),
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

  it('goes by mail with the password, and signs in at the level that an inbox is worth [2.2 A76]', async () => {
    const { visitor, page } = await atCode('ann');
    expect(page.$('body').attr('data-method')).to.equal('email');
    expect(page.mark('destination')).to.equal('a••••••@d••••••');
    expect(words(page)).to.include('90 more seconds');
    const [mail, ...more] = await sentTo(s.app, address('ann'));
    expect(more).to.deep.equal([]);
    expect(mail).to.include({ channel: 'email' });
    const code = await mailed('ann');
    expect(mail?.subject).to.include(code);
    const { claims } = await redeem(s.rp, await visitor.enterCode(code));
    expect(claims)
      .to.include({ acr: TWO_STEP })
      .and.to.deep.include({ amr: ['pwd', 'email'] });
  });

  it('goes by SMS, with the line by which a browser offers it on this host alone [3.3 A76]', async () => {
    const { visitor, page } = await atCode('pia');
    expect(page.$('body').attr('data-method')).to.equal('sms');
    expect(page.mark('destination')).to.equal(`••••••${phoneFor('pia').slice(-2)}`);
    const [message, ...more] = await sentTo(s.app, phoneFor('pia'));
    expect(more).to.deep.equal([]);
    const code = await codeTo(s.app, phoneFor('pia'));
    expect(message).to.include({ channel: 'sms', subject: '' });
    expect(message?.text.split('\n').at(-1)).to.equal(`@${new URL(s.app.origin).hostname} #${code}`);
    const { claims } = await redeem(s.rp, await visitor.enterCode(`${code.slice(0, 3)} ${code.slice(3)}`));
    expect(claims)
      .to.include({ acr: MFA })
      .and.to.deep.include({ amr: ['pwd', 'sms', 'mfa'] });
  });

  it('by mail is asked for first where a higher level is required, and does not satisfy it [A77 A47]', async () => {
    const { visitor, page } = await givePassword(s, address('ben'), undefined, { acr_values: MFA });
    expect(page.name).to.equal('enter-code');
    const more = await visitor.enterCode(await mailed('ben'));
    expect(more.name).to.equal('set-up-choose');
    const offered = more.$('[name=method]').toArray();
    expect(offered.map((one) => more.$(one).attr('value'))).to.deep.equal(['totp', 'sms']);
    const left = await visitor.follow(await visitor.submit(more, {}, 'cancel'));
    expect(errorOf(left)).to.equal('access_denied');
  });

  it('is expired after 90 seconds, another one is sent at once, and works [2.8]', async () => {
    const { visitor, page } = await atCode('cat');
    const late = await mailed('cat');
    s.clock.nextStep(90_000);
    const expired = await visitor.submit(page, { code: late });
    expect([expired.status, expired.name, expired.error]).to.deep.equal([422, 'enter-code', 'code_expired']);
    expect(words(expired)).to.include('There is no valid code');
    const again = await visitor.submit(expired, {}, 'resend');
    expect(again.status).to.equal(303);
    expect(words(await visitor.follow(again))).to.include('90 more seconds');
    expect(await sent('cat')).to.equal(2);
    expect(hasCode(await visitor.enterCode(await mailed('cat')))).to.equal(true);
  });

  it('can be sent again at any time, and the newest one counts [2.8 3.6 A38]', async () => {
    const { visitor, page } = await atCode('dan');
    const first = await mailed('dan');
    const second = await visitor.follow(await visitor.submit(page, {}, 'resend'));
    expect(second.error).to.equal(null);
    const newest = await mailed('dan');
    if (first !== newest) {
      const refused = await visitor.submit(second, { code: first });
      expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
      expect(alertOf(refused)).to.include('4 attempts left');
    }
    // The page of before, in another tab: its form is good as long as the sign-in is.
    const end = await visitor.follow(await visitor.submit(page, { code: newest }));
    expect(hasCode(end)).to.equal(true);
  });

  it('is sent five times in ten minutes, and then the page says when the next one can be [A38]', async () => {
    const { visitor, page } = await atCode('eve');
    let shown = page;
    for (let times = 1; times < 5; times += 1) {
      s.clock.nextStep(10_000);
      shown = await visitor.follow(await visitor.submit(shown, {}, 'resend'));
    }
    const newest = await mailed('eve');
    s.clock.nextStep(20_000);
    const refused = await visitor.submit(shown, {}, 'resend');
    expect([refused.status, refused.name, refused.error]).to.deep.equal([
      429,
      'enter-code',
      'resend_too_soon',
    ]);
    // Ten minutes after the first one, of which one was spent.
    expect(refused.headers['retry-after']).to.equal('540');
    expect(alertOf(refused)).to.include('in 9 minutes');
    expect(await sent('eve')).to.equal(5);
    // Another sign-in brings no more: it waits for the code on its page, which can't be sent.
    const other = await givePassword(s, address('eve'));
    expect(words(other.page)).to.include('There is no valid code');
    expect(await sent('eve')).to.equal(5);
    expect(hasCode(await visitor.follow(await visitor.submit(shown, { code: newest })))).to.equal(true);
  });

  it('is refused after five wrong ones in a sign-in, even when sent again, but not in another sign-in [A22]', async () => {
    const { visitor, page } = await atCode('fay');
    let shown: Page = page;
    for (let times = 0; times < 4; times += 1) {
      const wrong = await visitor.submit(shown, { code: notThis(await mailed('fay')) });
      expect([wrong.status, wrong.error]).to.deep.equal([422, 'code_invalid']);
      shown = await visitor.follow(await visitor.submit(wrong, {}, 'resend'));
    }
    const last = await visitor.submit(shown, { code: notThis(await mailed('fay')) });
    expect(alertOf(last)).to.include('You have no attempts left');
    expect(last.$('button[name=resend]').length).to.equal(0);
    const before = await sent('fay');
    for (const fields of [{}, { code: await mailed('fay') }]) {
      const refused = await visitor.submit(shown, fields, 'code' in fields ? 'confirm' : 'resend');
      expect([refused.status, refused.name, refused.error]).to.deep.equal([
        429,
        'error',
        'too_many_attempts',
      ]);
    }
    expect(await sent('fay')).to.equal(before);
    const stopped = await visitor.submit(shown, { code: await mailed('fay') });
    expect([stopped.status, stopped.name, stopped.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    s.clock.nextStep(10 * MINUTE);
    const again = await atCode('fay');
    expect(hasCode(await again.visitor.enterCode(await mailed('fay')))).to.equal(true);
  });

  it('is refused and not sent after ten wrong ones until the lock ends [A19]', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { visitor, page } = await atCode('gus');
      for (let times = 0; times < 5; times += 1) {
        await visitor.submit(page, { code: notThis(await mailed('gus')) });
      }
    }
    const before = await sent('gus');
    const { page } = await givePassword(s, address('gus'));
    expect([page.status, page.name, page.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    expect(alertOf(page)).to.include('in 15 minutes');
    expect(await sent('gus')).to.equal(before);
    s.clock.nextStep(15 * MINUTE);
    const free = await atCode('gus');
    expect(hasCode(await free.visitor.enterCode(await mailed('gus')))).to.equal(true);
  });

  it('is refused in any other sign-in, of the same person or of another [A39]', async () => {
    const one = await atCode('hal');
    const code = await mailed('hal');
    const two = await atCode('hal');
    const eve = await atCode('ike');
    for (const [name, other] of [
      ['hal', two],
      ['ike', eve],
    ] as const) {
      if (code === (await mailed(name))) continue;
      const refused = await other.visitor.submit(other.page, { code });
      expect([refused.status, refused.error], name).to.deep.equal([422, 'code_invalid']);
    }
    expect(hasCode(await one.visitor.enterCode(code))).to.equal(true);
  });

  it('is used up with the sign-in [A11 A37]', async () => {
    const { visitor, page } = await atCode('jan');
    const code = await mailed('jan');
    expect(hasCode(await visitor.enterCode(code))).to.equal(true);
    const again = await visitor.submit(page, { code });
    expect([again.status, again.name, again.error]).to.deep.equal([400, 'error', 'session_expired']);
    const next = await atCode('jan');
    if (code !== (await mailed('jan'))) {
      expect((await next.visitor.enterCode(code)).error).to.equal('code_invalid');
    }
  });

  it('can be cancelled, which returns access_denied to the relying party', async () => {
    const { visitor, page } = await atCode('ria');
    const left = await visitor.follow(await visitor.submit(page, {}, 'cancel'));
    expect(errorOf(left)).to.equal('access_denied');
  });
});
