/** The e-mail address of the last sign-in, on the sign-in page of the same browser. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, arrive, hasCode, member, withApp } from '../members.ts';

const DAY = 24 * 60 * 60 * 1000;
const COOKIES = ['known', 'known.sig', 'last-email'];

describe('the e-mail address of the last sign-in', () => {
  const s = interaction(() =>
    accounts(member('ann', 'open'), member('ben', 'open'), withApp('cat', 'open'), member('dan', 'plain')),
  );
  const address = (name: string, tenant = 'open') => `${name}@${tenant}.test`;

  /** Signs in, and loses the session as if it had expired. */
  async function hasSignedIn(email: string, visitor = s.app.visitor()): Promise<Visitor> {
    const { visitor: browser } = await arrive(s, visitor);
    const end = await browser.signIn(email, PASSWORD);
    const last = end.name === 'enter-code' ? await browser.enterCode(nextCode(s.app)) : end;
    expect(hasCode(last)).to.equal(true);
    await loseSession(browser);
    return browser;
  }

  async function loseSession({ jar }: Visitor): Promise<void> {
    for (const key of ['_session', '_session.sig']) await jar.store.removeCookie('127.0.0.1', '/', key);
  }

  const shown = ({ $ }: Page) => $('[name=email]').val() ?? '';
  const notMe = ({ $ }: Page) => $('button[name=not_me]').length;

  it('is filled in, so that only the password is typed', async () => {
    const browser = await hasSignedIn(address('ann'));
    const { page } = await arrive(s, browser);
    expect([page.name, shown(page), notMe(page)]).to.deep.equal(['sign-in', address('ann'), 1]);
    const email = page.$('[name=email]');
    expect(email.attr('autocomplete')).to.equal('username webauthn');
    expect(page.$('[autofocus]').attr('name')).to.equal('password');
    expect(hasCode(await browser.follow(await browser.submit(page, { password: PASSWORD })))).to.equal(true);
  });

  it('stays after a sign-out, and after a wrong password', async () => {
    const { visitor: browser } = await arrive(s);
    await browser.signIn(address('ann'), PASSWORD);
    const asked = await browser.open('/session/end');
    await browser.follow(await browser.submit(asked, {}, 'logout'));
    const { page } = await arrive(s, browser);
    expect([page.name, shown(page)]).to.deep.equal(['sign-in', address('ann')]);
    const refused = await browser.submit(page, { password: 'wrong' });
    expect([refused.status, shown(refused), notMe(refused)]).to.deep.equal([422, address('ann'), 1]);
    const other = await browser.submit(page, { email: address('ben'), password: 'wrong' });
    expect([shown(other), notMe(other)]).to.deep.equal([address('ben'), 0]);
    expect(shown((await arrive(s, browser)).page)).to.equal(address('ann'));
  });

  it('is forgotten for good by "Not you?", and the browser stays known', async () => {
    const browser = await hasSignedIn(address('ann'));
    const { page } = await arrive(s, browser);
    const left = await browser.submit(page, {}, 'not_me');
    expect([left.status, new URL(left.location ?? '').pathname]).to.deep.equal([
      303,
      `${new URL(page.url).pathname}/sign-in`,
    ]);
    const empty = await browser.follow(left);
    expect([shown(empty), notMe(empty)]).to.deep.equal(['', 0]);
    expect(empty.$('[autofocus]').attr('name')).to.equal('email');
    expect(shown((await arrive(s, browser)).page)).to.equal('');
    const names = browser.jar.getCookiesSync(s.app.origin).map(({ key }) => key);
    expect(names).to.include('known').and.not.to.include('last-email');
  });

  it('is not forgotten by a form of another page [A56]', async () => {
    const browser = await hasSignedIn(address('ann'));
    const { page } = await arrive(s, browser);
    const path = `${new URL(page.url).pathname}/sign-in`;
    expect((await browser.post(path, { not_me: '1', _token: 'x' })).status).to.equal(403);
    expect((await browser.get(`${path}?not_me=1`)).status).to.equal(200);
    expect(shown((await arrive(s, browser)).page)).to.equal(address('ann'));
  });

  it('is that of the account that signed in last', async () => {
    const browser = await hasSignedIn(address('ann'));
    await hasSignedIn(address('ben'), browser);
    expect(shown((await arrive(s, browser)).page)).to.equal(address('ben'));
  });

  it('is not that of an account whose second factor was not given', async () => {
    const { visitor: browser } = await arrive(s);
    expect((await browser.signIn(address('cat'), PASSWORD)).name).to.equal('enter-code');
    expect(shown((await arrive(s, browser)).page)).to.equal('');
    await hasSignedIn(address('cat'), browser);
    expect(shown((await arrive(s, browser)).page)).to.equal(address('cat'));
  });

  it('gives way to the address that the request names', async () => {
    const browser = await hasSignedIn(address('ann'));
    const { page } = await arrive(s, browser, { login_hint: address('ben') });
    expect([shown(page), notMe(page)]).to.deep.equal([address('ben'), 0]);
  });

  it('is not shown for a client of another organisation, nor for another account', async () => {
    const browser = await hasSignedIn(address('dan', 'plain'));
    const strict = await s.app.relyingParty('strict-only');
    const page = await browser.open(await strict.authorizationUrl());
    expect([page.name, shown(page)]).to.deep.equal(['sign-in', '']);
    const { page: own } = await arrive(s, browser);
    expect(shown(own)).to.equal(address('dan', 'plain'));

    await browser.signIn(address('dan', 'plain'), PASSWORD);
    const chooser = (await arrive(s, browser, { prompt: 'select_account' })).page;
    expect(chooser.name).to.equal('select-account');
    const another = await browser.follow(await browser.submit(chooser, {}, 'other'));
    expect([another.name, shown(another)]).to.deep.equal(['sign-in', '']);
  });

  it('is in no other browser, whatever cookies are planted there [A118]', async () => {
    const victim = await hasSignedIn(address('ann'));
    const owned = await hasSignedIn(address('ben'));
    const valueIn = (browser: Visitor, key: string) =>
      browser.jar.getCookiesSync(s.app.origin).find((cookie) => cookie.key === key)?.value ?? '';
    const stolen = valueIn(victim, 'last-email');
    expect(stolen).to.match(/^v1\./).and.not.include('ann');
    const planted = [
      `last-email=${stolen}`,
      `last-email=${address('ann')}`,
      `known=${valueIn(victim, 'known')}; last-email=${stolen}`,
      `known=${valueIn(owned, 'known')}; known.sig=${valueIn(owned, 'known.sig')}; last-email=${stolen}`,
      'known=x; known.sig=y; last-email=v1.1.x.y',
    ];
    const withCookies = async (cookie: string): Promise<Page> => {
      const { visitor, page } = await arrive(s);
      const own = visitor.jar.getCookieStringSync(page.url);
      return s.app.visitor().get(page.url, { cookie: `${own}; ${cookie}` });
    };
    for (const cookie of planted) {
      const page = await withCookies(cookie);
      expect([page.name, shown(page)], cookie).to.deep.equal(['sign-in', '']);
      expect(page.text, cookie).not.to.include('ann@');
    }
    const whole = COOKIES.map((key) => `${key}=${valueIn(victim, key)}`).join('; ');
    expect(shown(await withCookies(whole)), 'the control').to.equal(address('ann'));
  });

  it('is kept for thirty days, in cookies that no script reads [A94]', async () => {
    const browser = await hasSignedIn(address('ann'));
    const cookies = browser.jar.getCookiesSync(s.app.origin).filter(({ key }) => COOKIES.includes(key));
    expect(cookies.map(({ key }) => key)).to.have.members(COOKIES);
    for (const { httpOnly, sameSite, path } of cookies)
      expect([httpOnly, sameSite, path]).to.deep.equal([true, 'lax', '/']);
    const last = cookies.find(({ key }) => key === 'last-email');
    const lifetime = Number(last?.expires) - s.clock.now();
    expect(lifetime / DAY).to.be.within(29.9, 30.1);
  });
});
