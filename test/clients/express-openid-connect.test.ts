/** express-openid-connect, as its page prints it. */
import { expect } from 'chai';
import { eventually } from '../support/time/eventually.ts';
import { documentedClient } from './support/documented-client.ts';
import { type Person, signInAs, signOutAtProvider } from './support/people.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';

describe('express-openid-connect', () => {
  const at = documentedClient('express-openid-connect');

  before(() => at.start(process.execPath, ['shop.mjs']));

  const signedIn = async (person: Person) => {
    const browser = at.browser();
    await browser.open(`${at.site}/profile`);
    return { browser, user: JSON.parse((await signInAs(browser, person)).text) };
  };

  const isSignedIn = async (browser: ReturnType<typeof at.browser>) =>
    JSON.parse((await browser.get(at.site)).text).isSignedIn;

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const person = at.person();
    const { browser, user } = await signedIn(person);
    const { name, email, groups } = person;
    expect(user).to.deep.equal({ name, email, groups, acr: MFA });
    expect((await browser.get(`${at.site}/invoices`)).status).to.equal(200);
  });

  it('refreshes, also four times at once', async () => {
    const person = at.person();
    const { browser } = await signedIn(person);
    const fresh = async () => JSON.parse((await browser.get(`${at.site}/fresh`)).text).email;
    expect(await fresh()).to.equal(person.email);
    expect(await Promise.all([fresh(), fresh(), fresh(), fresh()])).to.deep.equal(
      Array(4).fill(person.email),
    );
    expect(await fresh()).to.equal(person.email);
  });

  it('asks for the second factor that one page needs', async () => {
    const person = at.person('plain');
    const { browser, user } = await signedIn(person);
    expect(user.acr).to.equal(SFA);
    await browser.open(`${at.site}/payments`);
    const paid = await browser.enterCode(person.nextCode());
    expect(JSON.parse(paid.text)).to.deep.equal({ acr: MFA });
  });

  it('signs out here and at the provider', async () => {
    const { browser } = await signedIn(at.person());
    const page = await browser.open(`${at.site}/logout`);
    expect(JSON.parse(page.text)).to.deep.equal({ isSignedIn: false });
    expect((await browser.open(`${at.site}/profile`)).name).to.equal('sign-in');
  });

  it('hears of a back-channel logout, for the session that has ended', async () => {
    const { browser } = await signedIn(at.person());
    const other = await signedIn(at.person());
    expect(await isSignedIn(browser)).to.equal(true);
    await signOutAtProvider(browser);
    await eventually(async () => expect(await isSignedIn(browser)).to.equal(false));
    expect(await isSignedIn(other.browser)).to.equal(true);
  });

  it('shows the error when the person cancels', async () => {
    const browser = at.browser();
    const page = await browser.open(`${at.site}/profile`);
    const answer = await browser.follow(await browser.submit(page, {}, 'cancel'));
    expect(JSON.parse(answer.text)).to.deep.equal({ error: 'access_denied' });
  });
});
