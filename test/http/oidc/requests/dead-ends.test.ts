/** Pages at which a sign-in cannot go on: they link to the application, and to the account. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { confidential, interaction, partyOf, withClients } from '../story.ts';

const SHOP = 'https://shop.test/';
const LOGIN = 'https://mail.test/login?from=list';

describe('a dead end', () => {
  const at = interaction(() =>
    withClients(
      confidential('shop', { client_name: 'The <Shop>', client_uri: SHOP }),
      confidential('mail', { client_uri: 'https://mail.test/', initiate_login_uri: LOGIN }),
    ),
  );

  const linksOf = (page: Page) =>
    page
      .$('main .choices a')
      .toArray()
      .map((link) => page.$(link).attr('href'));

  async function begin(visitor: Visitor, clientId: string): Promise<Page> {
    return visitor.open(await (await partyOf(at.app, clientId)).authorizationUrl());
  }

  function expectDeadEnd(page: Page, links: readonly string[]) {
    expect(page).to.include({ status: 400, name: 'error', location: null });
    expect(linksOf(page)).to.deep.equal(links);
  }

  const login = () => {
    const url = new URL(LOGIN);
    url.searchParams.set('iss', at.app.origin);
    return url.href;
  };

  it('of an interaction that has expired links to the application that it was for', async () => {
    const visitor = at.app.visitor();
    const page = await begin(visitor, 'shop');
    at.clock.nextStep(16 * 60_000);
    const dead = await visitor.open(page.url);
    expectDeadEnd(dead, [SHOP]);
    expect(dead.error).to.equal('session_expired');
    expect(dead.$('main .choices a').text()).to.include('Continue to The <Shop>');
  });

  it('after Back links to the sign-in of the application and to the account', async () => {
    const visitor = at.app.visitor();
    const page = await begin(visitor, 'mail');
    const end = await visitor.signIn('new@open.test', PASSWORD);
    expect(end.location).to.include('code=');
    const typed = { email: 'new@open.test', password: PASSWORD };
    const links = [login(), '/account'];
    expectDeadEnd(await visitor.get(page.url), links);
    expectDeadEnd(await visitor.submit(page, typed), links);
    for (const path of ['', '/sign-in', '/second-factor', '/second-factor/verify/totp', '/consent'])
      expectDeadEnd(await visitor.get(`${page.url}${path}`), links);
    expectDeadEnd(await visitor.get(page.url.replace('/interaction/', '/auth/')), links);
  });

  it('links to the application of each of several tabs', async () => {
    const visitor = at.app.visitor();
    const [shop, mail] = [await begin(visitor, 'shop'), await begin(visitor, 'mail')];
    at.clock.nextStep(16 * 60_000);
    expectDeadEnd(await visitor.get(shop.url), [SHOP]);
    expectDeadEnd(await visitor.get(mail.url), [login()]);
  });

  it('of a bookmark in a browser that knows nothing links to the home page', async () => {
    const page = await begin(at.app.visitor(), 'shop');
    expectDeadEnd(await at.app.visitor().get(page.url), ['/']);
    expectDeadEnd(await at.app.visitor().get('/interaction/unknown'), ['/']);
  });

  it('of an application without an address links to the account, or home', async () => {
    const visitor = at.app.visitor();
    const page = await begin(visitor, 'rp');
    const end = await visitor.signIn('new@open.test', PASSWORD);
    expect(end.location).to.include('code=');
    expectDeadEnd(await visitor.get(page.url), ['/account']);
  });

  it('of a request that is refused links to the application that it names', async () => {
    const query = 'client_id=shop&response_type=code&scope=openid&redirect_uri=https://evil.test/';
    expectDeadEnd(await at.app.visitor().get(`/auth?${query}`), [SHOP]);
    expectDeadEnd(await at.app.visitor().get(`/auth?${query.replace('shop', 'nobody')}`), ['/']);
  });

  it('ignores a cookie that the server has not signed', async () => {
    const owner = at.app.visitor();
    const page = await begin(owner, 'shop');
    const cookie = owner.jar.getCookiesSync(at.app.origin).find(({ key }) => key === 'applications');
    expect(cookie?.httpOnly).to.equal(true);
    const value = `applications=${cookie?.value}`;
    for (const cookies of [
      value,
      `${value}; applications.sig=${'a'.repeat(27)}`,
      'applications=%00; applications.sig=x',
    ])
      expectDeadEnd(await at.app.visitor().get(page.url, { cookie: cookies }), ['/']);
    expect(String(cookie?.value)).not.to.include('shop');
  });

  it('keeps the cookie short, however many sign-ins begin', async () => {
    const visitor = at.app.visitor();
    for (let count = 0; count < 8; count += 1) await begin(visitor, 'shop');
    const cookie = visitor.jar.getCookiesSync(at.app.origin).find(({ key }) => key === 'applications');
    expect(cookie?.value.split('.')).to.have.length(5);
  });
});
