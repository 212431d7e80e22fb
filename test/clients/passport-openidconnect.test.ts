/** passport-openidconnect in an application of Express, as its page prints it. */
import { expect } from 'chai';
import { documentedClient } from './support/documented-client.ts';
import { type Person, signInAs, signOutAtProvider } from './support/people.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';

describe('passport-openidconnect', () => {
  const at = documentedClient('passport-openidconnect');

  before(() => at.start(process.execPath, ['shop.mjs']));

  const signedIn = async (person: Person) => {
    const browser = at.browser();
    await browser.open(at.site);
    return { browser, user: JSON.parse((await signInAs(browser, person)).text) };
  };

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const person = at.person();
    const { user } = await signedIn(person);
    const { name, email, groups } = person;
    expect(user).to.deep.equal({ name, email, groups, acr: MFA });
  });

  it('refreshes again and again with the token that it got at the sign-in', async () => {
    const person = at.person();
    const { browser } = await signedIn(person);
    for (let time = 0; time < 3; time += 1) {
      const page = await browser.get(`${at.site}/profile`);
      expect(JSON.parse(page.text)).to.include({ email: person.email });
    }
  });

  it('asks for a sign-in when it refreshes after the end of the session at the provider', async () => {
    const { browser } = await signedIn(at.person());
    await signOutAtProvider(browser);
    expect((await browser.get(`${at.site}/profile`)).location).to.match(/^http:\/\/localhost:\d+\/auth\?/);
    expect((await browser.follow(browser.page)).name).to.equal('sign-in');
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
    const page = await browser.open(`${at.site}/sign-out`);
    expect(page.name).to.equal('sign-in');
  });

  it('shows why there was no sign-in when the person cancels', async () => {
    const browser = at.browser();
    const page = await browser.open(at.site);
    const answer = await browser.follow(await browser.submit(page, {}, 'cancel'));
    expect(answer.status).to.equal(403);
    expect(JSON.parse(answer.text).messages).to.have.length(1);
  });
});
