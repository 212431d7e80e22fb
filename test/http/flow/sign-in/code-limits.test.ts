/** The limits on wrong codes, and the length of the locks. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY, MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, uidOf, withApp, words } from '../members.ts';

const WRONG = '000000';

describe('the limits on wrong codes', () => {
  const names = 'ann ben cat dan eve fay gus hal ida jan'.split(' ');
  const s = interaction(() => accounts(...names.map((name) => withApp(name, 'open'))));

  function atCode(name: string): Promise<{ visitor: Visitor; page: Page }> {
    return givePassword(s, `${name}@open.test`);
  }

  /** Wrong codes, five for each sign-in; gives the last answer. */
  async function attempt(name: string, times: number): Promise<Page> {
    let last: Page | null = null;
    for (let left = times; left > 0; left -= 5) {
      const { visitor, page } = await atCode(name);
      for (let each = 0; each < Math.min(5, left); each += 1)
        last = await visitor.submit(page, { code: WRONG });
    }
    if (last === null) throw new Error('nothing was guessed');
    return last;
  }

  function expectLocked(page: Page, minutes: number): void {
    expect([page.status, page.name, page.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    expect(alertOf(page)).to.equal(`Too many wrong attempts. Try again in ${minutes} minutes.`);
    expect(Number(page.headers['retry-after'])).to.be.within((minutes - 1) * 60, minutes * 60);
    expect(page.$('input[name=code]').length).to.equal(0);
  }

  it('refuse a sixth code in a sign-in although it is right, and allow a new sign-in [A19]', async () => {
    const { visitor, page } = await atCode('ann');
    const said: string[] = [];
    for (const name of ['enter-code', 'enter-code', 'enter-code', 'enter-code', 'error']) {
      const refused = await visitor.submit(page, { code: WRONG });
      expect([refused.status, refused.name, refused.error]).to.deep.equal([422, name, 'code_invalid']);
      said.push(alertOf(refused).replace('Incorrect code. Enter the code your app shows now. ', ''));
    }
    expect(said).to.deep.equal([
      'You have 4 attempts left.',
      'You have 3 attempts left.',
      'You have 2 attempts left.',
      'You have 1 attempt left.',
      'Incorrect code. You have no attempts left.',
    ]);
    const stopped = await visitor.submit(page, { code: nextCode(s.app) });
    expect([stopped.status, stopped.name, stopped.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    expect(stopped.headers['retry-after']).to.equal('0');
    expect(words(stopped)).to.include('Sign-in stopped').and.to.include('Sign in again');
    expect(stopped.$('button[name=cancel]').length).to.equal(1);

    const again = await atCode('ann');
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('lock the account after ten in fifteen minutes, in every browser, until the time on the page [A19]', async () => {
    expectLocked(await attempt('ben', 10), 15);
    s.clock.nextStep(10 * MINUTE);
    for (const visitor of [s.app.visitor(), s.app.visitor()]) {
      const { page } = await givePassword(s, 'ben@open.test', visitor);
      expectLocked(page, 5);
      expectLocked(await visitor.get(page.url), 5);
    }
    s.clock.nextStep(5 * MINUTE + 1);
    const { visitor } = await atCode('ben');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('refuse a right code during the lock, also on a page that was open before [A19]', async () => {
    const before = await atCode('cat');
    await attempt('cat', 10);
    expectLocked(await before.visitor.submit(before.page, { code: nextCode(s.app) }), 15);
  });

  it('double the lock up to an hour, and reset it after a success [A19]', async () => {
    for (const minutes of [15, 30, 60, 60]) {
      expectLocked(await attempt('dan', 10), minutes);
      s.clock.nextStep(minutes * MINUTE + 1);
    }
    const { visitor } = await atCode('dan');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    expectLocked(await attempt('dan', 10), 15);
  });

  it('check at most ten of a hundred and one wrong codes over many sign-ins [A19]', async () => {
    const seen = { looked: 0, refused: 0 };
    for (let round = 0; round < 21; round += 1) {
      const { visitor, page } = await atCode('eve');
      for (let each = 0; each < 5; each += 1) {
        // Once it is locked there is no form any more; an attacker has kept one.
        const answer =
          page.name === 'enter-code'
            ? await visitor.submit(page, { code: WRONG })
            : await visitor.post(page.url, { code: WRONG });
        if (answer.error === 'code_invalid') seen.looked += 1;
        else seen.refused += 1;
      }
    }
    // The tenth is told by the page that says until when.
    expect(seen).to.deep.equal({ looked: 9, refused: 96 });
  });

  it('check five of two hundred codes sent at once in one sign-in [A20]', async () => {
    const { visitor, page } = await atCode('fay');
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => visitor.submit(page, { code: WRONG })),
    );
    const looked = answers.filter(({ error }) => error === 'code_invalid').length;
    const waiting = answers.filter(({ error, status }) => error === 'too_many_attempts' && status === 429);
    // A store that is out of breath answers nothing for some of them: that is no look either.
    const unanswered = answers.filter(({ status }) => status === 503);
    expect(looked).to.be.at.most(5);
    expect(looked + waiting.length + unanswered.length).to.equal(200);
  });

  it('accept a right code among two hundred at once only within the first five [A20]', async () => {
    const { visitor, page } = await atCode('gus');
    for (let each = 0; each < 5; each += 1) await visitor.submit(page, { code: WRONG });
    const code = nextCode(s.app);
    const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.submit(page, { code })));
    expect(answers.filter(({ status }) => status !== 429)).to.have.length(0);
  });

  it('count attempts of methods that are not enrolled, and show the lock on the page of each method [A23]', async () => {
    await attempt('hal', 9);
    const { visitor, page } = await atCode('hal');
    const base = `/interaction/${uidOf(page)}/second-factor/verify`;
    const { _token = '' } = Object.fromEntries(page.form({}).body);
    for (const method of ['recovery', 'email', 'sms']) {
      expect((await visitor.post(`${base}/${method}`, { _token, code: WRONG })).status, method).to.equal(403);
    }
    expectLocked(await visitor.submit(page, { code: WRONG }), 15);
  });

  it('forget failures after a quarter of an hour [A19]', async () => {
    await attempt('ida', 9);
    s.clock.nextStep(15 * MINUTE + 1);
    expect((await attempt('ida', 9)).error).to.equal('code_invalid');
    expectLocked(await attempt('ida', 1), 15);
  });

  it('disable the factor after a hundred failures in a row, but keep it enrolled [A19]', async () => {
    for (let round = 0; round < 10; round += 1) {
      await attempt('jan', 10);
      s.clock.nextStep(61 * MINUTE);
    }
    s.clock.nextStep(400 * DAY);
    const { visitor, page } = await atCode('jan');
    expect([page.status, page.name, page.error]).to.deep.equal([403, 'error', 'method_not_allowed']);
    expect(page.link('help@open.test')).to.equal('mailto:help@open.test');
    for (const path of ['/verify/totp', '/set-up', '/set-up/totp', '/choose-method']) {
      expect((await visitor.open(page.url.replace('/unusable', path))).name, path).to.equal('error');
    }
    expect(hasCode(await visitor.open(`/auth/${uidOf(page)}`))).to.equal(false);
  });
});
