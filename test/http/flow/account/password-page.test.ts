/** The password page: a signed-in person chooses another password. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, errorOf, interaction, nextCode, redeem, refresh, refusal } from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, member, withApp } from '../members.ts';
import { linkIn, phoneFor, sentTo } from '../outbox.ts';
import { signInAgain, trust, trusting } from '../trusted-browsers/trust.ts';

const PATH = '/account/password';
const NEW = 'violet kettle seventeen';
const CONFIRMED = { email_confirmed: true };

describe('the password page', () => {
  const s = interaction(() => ({
    ...trusting('open'),
    ...accounts(
      ...'ann ben cas dan eve fay gus hal ivo jan'
        .split(' ')
        .map((name) => withApp(name, 'open', { ...CONFIRMED, phone: phoneFor(name) })),
      ...['kim', 'lea'].map((name) => member(name, 'open', CONFIRMED)),
      member('max', 'strict', CONFIRMED),
      withApp('ned', 'open', {
        ...CONFIRMED,
        phone: phoneFor('ned'),
        factors: [{ method: 'totp', secret: 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU' }, { method: 'sms' }],
      }),
    ),
  }));

  /** In a browser of its own, with the code of the phone where one is asked for. */
  async function open(email: string, secret?: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(PATH);
    const second = await visitor.signIn(email, PASSWORD);
    if (second.name === 'choose-method') await visitor.chooseMethod('totp');
    const page = second.name === 'password' ? second : await visitor.enterCode(nextCode(s.app, secret));
    expect([page.name, page.status]).to.deep.equal(['password', 200]);
    return { visitor, page };
  }

  const change = (visitor: Visitor, page: Page, more: Readonly<Record<string, string>> = {}) =>
    visitor.submit(page, { current_password: PASSWORD, password: NEW, ...more }, 'save');

  async function eventsOf(email: string): Promise<(string | null)[][]> {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    const lines = await s.app.parts.stores.audit.list({ accountId: account?.id ?? '', limit: 100 });
    return lines
      .filter(({ event }) => event.startsWith('password.'))
      .map(({ event, reason }) => [event, reason]);
  }

  it('sets a password with which the person signs in from then on [D26]', async () => {
    const { visitor, page } = await open('ann@open.test');
    const answer = await change(visitor, page);
    expect([answer.status, answer.location]).to.deep.equal([303, `${s.app.origin}${PATH}?done=1`]);
    const done = await visitor.follow(answer);
    expect(done.$('[role=status]').text()).to.include('works from now on');
    expect(done.text).not.to.include(NEW).and.not.include(PASSWORD);
    const other = s.app.visitor();
    await other.open(await s.rp.authorizationUrl());
    expect((await other.signIn('ann@open.test', PASSWORD)).error).to.equal('credentials_invalid');
    expect((await other.signIn('ann@open.test', NEW)).name).to.equal('enter-code');
    expect(await eventsOf('ann@open.test')).to.deep.equal([['password.changed', null]]);
  });

  it('is linked from the account page, and led to by password managers', async () => {
    const { visitor } = await open('ann@open.test'.replace('ann', 'kim'));
    expect((await visitor.open('/account')).$(`a[href="${PATH}"]`).length).to.equal(1);
    const known = await visitor.get('/.well-known/change-password');
    expect([known.status, known.location]).to.deep.equal([303, `${s.app.origin}${PATH}`]);
    const missing = '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200';
    expect((await visitor.get(missing)).status).to.equal(404);
  });

  it('asks for a fresh second factor, and comes back to the page [A49]', async () => {
    const { visitor, page } = await open('ben@open.test');
    s.clock.nextStep(6 * MINUTE);
    const asked = await visitor.follow(await change(visitor, page));
    expect(asked.name).to.equal('enter-code');
    const back = await visitor.enterCode(nextCode(s.app));
    expect(back.name).to.equal('password');
    expect((await visitor.follow(await change(visitor, back))).$('[role=status]').length).to.equal(1);
  });

  it('ends the other sessions, their tokens and the trust, and goes on in this session [A58]', async () => {
    const elsewhere = s.app.visitor();
    await trust(s, 'cas@open.test', elsewhere);
    const offline = await signInAgain(s, 'cas@open.test', elsewhere, { scope: 'openid offline_access' });
    const { tokens } = await redeem(s.rp, offline);
    const { visitor, page } = await open('cas@open.test');
    s.clock.nextStep(1000);
    expect((await change(visitor, page)).status).to.equal(303);
    expect(errorOf(await askAgain(elsewhere, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect(hasCode(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(true);
    await elsewhere.open(await s.rp.authorizationUrl({ prompt: 'login' }));
    expect((await elsewhere.signIn('cas@open.test', NEW)).name, 'no trust').to.equal('enter-code');
  });

  it('keeps the other sessions when the person ticks that, and ends trust all the same', async () => {
    const elsewhere = s.app.visitor();
    await trust(s, 'dan@open.test', elsewhere);
    const { visitor, page } = await open('dan@open.test');
    s.clock.nextStep(1000);
    expect((await change(visitor, page, { keep_sessions: '1' })).status).to.equal(303);
    expect(hasCode(await askAgain(elsewhere, s.rp, { prompt: 'none' }))).to.equal(true);
    await elsewhere.open(await s.rp.authorizationUrl({ prompt: 'login' }));
    expect((await elsewhere.signIn('dan@open.test', NEW)).name).to.equal('enter-code');
  });

  it('counts wrong current passwords as those of a sign-in, and then waits [A28]', async () => {
    const { visitor, page } = await open('eve@open.test');
    for (let each = 0; each < 10; each += 1) {
      const wrong = await change(visitor, page, { current_password: 'not the password' });
      expect([wrong.status, wrong.error]).to.deep.equal([422, 'credentials_invalid']);
      expect(alertOf(wrong)).to.include('current password');
      expect(wrong.$('[name=current_password]').attr('aria-invalid')).to.equal('true');
    }
    const waits = await change(visitor, page);
    expect([waits.status, waits.error]).to.deep.equal([429, 'too_many_attempts']);
    expect(waits.headers['retry-after']).to.match(/^\d+$/);
    expect((await eventsOf('eve@open.test')).map(([event]) => event)).to.deep.equal(
      Array(11).fill('password.refused'),
    );
  });

  it('refuses faulty passwords in words, and shows nothing of what was typed [A102]', async () => {
    const { visitor, page } = await open('fay@open.test');
    const cases = [
      [{ current_password: '' }, 'Enter your current password'],
      [{ password: '' }, 'Enter your password'],
      [{ password: 'kettle-violet!' }, 'at least 15 characters'],
      [{ password: 'passwordpassword' }, 'Many people use this password'],
      [{ password: 'fay@open.testfay@open.test' }, 'easy to find out'],
      [{ password: 'x'.repeat(129) }, 'at most 128 characters'],
    ] as const;
    for (const [fields, text] of cases) {
      const refused = await change(visitor, page, { keep_sessions: '1', ...fields });
      expect([refused.status, refused.error], text).to.deep.equal([422, 'field_invalid']);
      expect(alertOf(refused)).to.include(text);
      expect(refused.$('input[type=password][value]').length).to.equal(0);
      expect(refused.$('[name=keep_sessions]').attr('checked')).to.equal('checked');
      for (const typed of Object.values(fields).filter((value) => value !== '' && !value.includes('@')))
        expect(refused.text).not.to.include(typed);
    }
    expect((await change(visitor, page, { password: 'violet kettle 7' })).status).to.equal(303);
  });

  it('takes eight characters where the tenant requires a second factor [D26]', async () => {
    const visitor = s.app.visitor();
    await visitor.open(PATH);
    const chosen = await visitor.signIn('max@strict.test', PASSWORD);
    const shown = chosen.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : chosen;
    const page = await visitor.enterCode(nextCode(s.app, shown.mark('secret')));
    expect(page.$('small').text()).to.include('At least 8 characters');
    expect((await change(visitor, page, { password: 'kettle 7' })).status).to.equal(303);
  });

  it('refuses a form without its token, of another session, and from another site [A56]', async () => {
    const { visitor, page } = await open('gus@open.test');
    const other = await open('hal@open.test');
    const fields = { current_password: PASSWORD, password: NEW };
    const token = String(other.page.$('[name=_token]').val());
    expect((await visitor.post(PATH, fields)).status).to.equal(403);
    expect((await visitor.post(PATH, { ...fields, _token: token })).status).to.equal(403);
    const own = { ...fields, _token: String(page.$('main [name=_token]').val()) };
    const crossed = await visitor.post(PATH, own, { 'sec-fetch-site': 'cross-site' });
    expect(crossed.status).to.equal(403);
    expect(await eventsOf('gus@open.test')).to.deep.equal([]);
  });

  it('is not for a sign-in that is not finished [A49 A15]', async () => {
    const { visitor } = await givePassword(s, 'ivo@open.test');
    expect((await visitor.open(PATH)).name).to.equal('sign-in');
    const answer = await visitor.post(PATH, { current_password: PASSWORD, password: NEW });
    expect(answer.status).to.equal(303);
    expect((await visitor.follow(answer)).name).to.equal('sign-in');
    expect(await eventsOf('ivo@open.test')).to.deep.equal([]);
  });

  it('tells every contact, and leaves the earlier links of its owner able to report [A48]', async () => {
    const { visitor, page } = await open('ned@open.test', 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU');
    expect((await change(visitor, page)).status).to.equal(303);
    s.clock.nextStep(1000);
    const again = { current_password: NEW, password: `${NEW} more` };
    expect((await visitor.submit(await visitor.open(PATH), again, 'save')).status).to.equal(303);
    s.clock.nextStep(1000);
    const mails = await sentTo(s.app, 'ned@open.test');
    const about = mails.filter(({ subject }) => subject.includes('password'));
    expect(about).to.have.length(2);
    const texts = await sentTo(s.app, phoneFor('ned'));
    expect(texts.filter(({ text }) => text.includes('password of your account was changed'))).to.have.length(
      2,
    );
    // The link from before the second change.
    const owner = s.app.visitor();
    const asked = await owner.open(linkIn(about[1], 'not-me'));
    expect(asked.name).to.equal('not-me');
    expect((await owner.submit(asked, {}, 'report')).status).to.equal(303);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    const account = await s.app.parts.stores.accounts.findByEmail('ned@open.test');
    expect(account?.frozenAt).to.be.a('number');
  });

  it('changes nothing of an account that is frozen after a report', async () => {
    const { visitor, page } = await open('jan@open.test');
    const account = await s.app.parts.stores.accounts.findByEmail('jan@open.test');
    // As on an older release, which ended no session with it.
    await s.app.parts.stores.accounts.setFrozen(account?.id ?? '', s.clock.now() - MINUTE * 10);
    const refused = await change(visitor, page);
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
    expect(refused.$('main form').length).to.equal(0);
    expect(await eventsOf('jan@open.test')).to.deep.equal([]);
  });

  it('changes the password once when the form is sent twice at once [A41]', async () => {
    const { visitor, page } = await open('lea@open.test');
    const fields = { current_password: PASSWORD, password: NEW };
    const answers = await Promise.all([1, 2, 3].map(() => visitor.submit(page, fields, 'save')));
    expect(answers.filter(({ status }) => status === 303)).to.have.length(1);
    expect(
      (await eventsOf('lea@open.test')).filter(([event]) => event === 'password.changed'),
    ).to.have.length(1);
  });
});
