/** The limits on wrong passwords for an account, an IP address and a known browser. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { accounts, alertOf, arrive, hasCode, member, words } from '../members.ts';

const WRONG = 'not the password of anybody';

describe('the limits on wrong passwords', () => {
  const s = interaction(() => ({
    // One proxy is trusted, so that a test can come from any address.
    listen: { trusted_proxies: 1 },
    ...accounts(...['ann', 'ben', 'cat', 'dan', 'eve', 'fay'].map((name) => member(name, 'open'))),
  }));

  let networks = 0;
  /** A browser somewhere else each time. */
  function browser(address?: string): Visitor {
    networks += 1;
    const elsewhere = `203.0.${Math.floor(networks / 250)}.${networks % 250}`;
    return s.app.visitor({ headers: { 'x-forwarded-for': address ?? elsewhere } });
  }

  async function attempt(visitor: Visitor, email: string, password: string): Promise<Page> {
    await arrive(s, visitor);
    return visitor.signIn(email, password);
  }

  async function fail(email: string, times: number, visitor = browser()): Promise<Page[]> {
    const { page } = await arrive(s, visitor);
    const answers: Page[] = [];
    for (let each = 0; each < times; each += 1) {
      answers.push(await visitor.submit(page, { email, password: WRONG }));
    }
    return answers;
  }

  function expectWaiting(page: Page, minutes: number): void {
    expect([page.status, page.name, page.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    expect(alertOf(page)).to.equal(`Too many wrong attempts. Try again in ${minutes} minutes.`);
    expect(Number(page.headers['retry-after'])).to.be.within((minutes - 1) * 60, minutes * 60);
  }

  for (const email of ['ann@open.test', 'nobody@open.test']) {
    it(`ten for ${email}, then it waits for fifteen minutes, whether the account exists or not [A28]`, async () => {
      for (const answer of await fail(email, 10)) {
        expect([answer.status, answer.name, answer.error]).to.deep.equal([
          422,
          'sign-in',
          'credentials_invalid',
        ]);
      }
      expectWaiting(await attempt(browser(), email, PASSWORD), 15);
      s.clock.nextStep(10 * MINUTE);
      expectWaiting(await attempt(browser(), email, PASSWORD), 5);
    });
  }

  it('let a person who mistyped an e-mail address continue with the right one [A28]', async () => {
    const mistyped = 'amm@open.test';
    await fail(mistyped, 10);
    const visitor = browser();
    const waiting = await attempt(visitor, mistyped, PASSWORD);
    expectWaiting(waiting, 15);
    expect((await visitor.open(waiting.link('/sign-in') ?? '')).name).to.equal('sign-in');
    expect(hasCode(await visitor.signIn('dan@open.test', PASSWORD))).to.equal(true);
  });

  it('end the lock, double it at further failures, and reset it after a success [A28]', async () => {
    for (const minutes of [15, 30, 60, 60]) {
      await fail('ben@open.test', 10);
      expectWaiting(await attempt(browser(), 'ben@open.test', PASSWORD), minutes);
      s.clock.nextStep(minutes * MINUTE + 1);
    }
    expect(hasCode(await attempt(browser(), ' Ben@OPEN.test ', PASSWORD))).to.equal(true);
    await fail('ben@open.test', 10);
    expectWaiting(await attempt(browser(), 'ben@open.test', PASSWORD), 15);
  });

  it('count an e-mail address as one however it is spelt [A28]', async () => {
    const spellings = ['cat@open.test', 'CAT@open.test', ' cat@OPEN.test'];
    for (let each = 0; each < 10; each += 1) await fail(spellings[each % 3] ?? '', 1);
    expectWaiting(await attempt(browser(), 'cat@open.test', PASSWORD), 15);
  });

  it('leave open a browser that has signed in before, despite two hundred failures elsewhere [A28]', async () => {
    const known = browser();
    expect(hasCode(await attempt(known, 'dan@open.test', PASSWORD))).to.equal(true);
    known.jar.setCookieSync('_session=; Path=/; Max-Age=0', s.app.origin);
    await fail('dan@open.test', 200);
    expectWaiting(await attempt(browser(), 'dan@open.test', PASSWORD), 15);
    expect(hasCode(await attempt(known, 'dan@open.test', PASSWORD))).to.equal(true);

    known.jar.setCookieSync('_session=; Path=/; Max-Age=0', s.app.origin);
    await fail('dan@open.test', 9, known);
    expect(hasCode(await attempt(known, 'dan@open.test', PASSWORD))).to.equal(true);
  });

  it('allow a known browser ten attempts of its own for the address that it knows [A28]', async () => {
    const known = browser();
    expect(hasCode(await attempt(known, 'eve@open.test', PASSWORD))).to.equal(true);
    known.jar.setCookieSync('_session=; Path=/; Max-Age=0', s.app.origin);
    await fail('eve@open.test', 10, known);
    expectWaiting(await attempt(known, 'eve@open.test', PASSWORD), 15);
    expect(hasCode(await attempt(browser(), 'eve@open.test', PASSWORD))).to.equal(true);

    const forged = browser();
    forged.jar.setCookieSync('known=me.AAAA; Path=/', s.app.origin);
    forged.jar.setCookieSync('known.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA; Path=/', s.app.origin);
    await fail('fay@open.test', 10);
    expectWaiting(await attempt(forged, 'fay@open.test', PASSWORD), 15);
  });

  it('lock an IP address after a hundred, except for the account that its browser knows [A28]', async () => {
    const address = '198.51.100.7';
    const known = browser(address);
    expect(hasCode(await attempt(known, 'app@plain.test', PASSWORD))).to.equal(true);
    for (let each = 0; each < 20; each += 1) {
      // A successful sign-in is not counted.
      if (each === 10)
        expect(hasCode(await attempt(browser(address), 'new@plain.test', PASSWORD))).to.equal(true);
      const answers = await fail(`nobody${each}@open.test`, 5, browser(address));
      expect(answers.map(({ error }) => error)).to.deep.equal(Array(5).fill('credentials_invalid'));
    }
    expectWaiting(await attempt(browser(address), 'new@plain.test', PASSWORD), 15);
    expect(hasCode(await attempt(browser('198.51.100.8'), 'new@plain.test', PASSWORD))).to.equal(true);
    known.jar.setCookieSync('_session=; Path=/; Max-Age=0', s.app.origin);
    expect(hasCode(await attempt(known, 'app@plain.test', PASSWORD))).to.equal(true);
    s.clock.nextStep(15 * MINUTE + 1);
    expect(hasCode(await attempt(browser(address), 'new@plain.test', PASSWORD))).to.equal(true);
  });

  it('count an IPv6 network of a subscriber as one address [A28]', async () => {
    const host = (number: number) => `2001:db8:1:2::${number.toString(16)}`;
    for (let each = 0; each < 20; each += 1) {
      await fail(`somebody${each}@open.test`, 5, browser(host(each + 1)));
    }
    expectWaiting(await attempt(browser(host(0xffff)), 'new@open.test', PASSWORD), 15);
    expect(hasCode(await attempt(browser('2001:db8:1:3::1'), 'new@open.test', PASSWORD))).to.equal(true);
  });

  it('show what to do on the locked page, which can be left [U.4]', async () => {
    await fail('nobody@strict.test', 10);
    const waiting = await attempt(browser(), 'nobody@strict.test', PASSWORD);
    expect(words(waiting)).not.to.include('phone');
    expect(waiting.$('button[name=cancel]').length).to.equal(1);
  });
});
