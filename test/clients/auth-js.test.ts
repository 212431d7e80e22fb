/** Auth.js in an application of Express, as its page prints it, in Chromium. */
import { expect } from 'chai';
import { createPerson } from '../browser/person.ts';
import { windows } from '../browser/windows.ts';
import { needs } from '../support/needs.ts';
import { documentedClient } from './support/documented-client.ts';
import { type Person, signInBy } from './support/people.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';

describe('Auth.js', () => {
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  const at = documentedClient('auth-js');

  before(() => at.start(process.execPath, ['shop.mjs']));

  async function signedIn(person: Person) {
    const { page, complaints } = await open({ locale: 'en' });
    const browser = createPerson(page);
    const user = async () => JSON.parse(await page.locator('#user').innerText());
    await browser.open(at.site);
    await page.getByText('Sign in').click();
    await signInBy(browser, person);
    return { page, complaints, browser, user };
  }

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const person = at.person();
    const { user, complaints } = await signedIn(person);
    const { name, email, groups } = person;
    expect(await user()).to.deep.equal({ name, email, groups, acr: MFA });
    expect(complaints).to.deep.equal([]);
  });

  it('refreshes', async () => {
    const person = at.person();
    const { page, user } = await signedIn(person);
    expect((await user()).email).to.equal(person.email);
    for (let time = 0; time < 2; time += 1) {
      await Promise.all([page.waitForEvent('load'), page.locator('#refresh').click()]);
      expect((await user()).email).to.equal(person.email);
    }
  });

  it('asks for the second factor that one page needs', async () => {
    const person = at.person('plain');
    const { page, browser, user } = await signedIn(person);
    expect((await user()).acr).to.equal(SFA);
    await browser.open(`${at.site}/payments`);
    await page.getByText('Confirm with a second factor').click();
    await browser.isOn('enter-code');
    await browser.send({ code: person.nextCode() }, 'confirm');
    expect(await page.locator('#acr').innerText()).to.equal(MFA);
  });

  it('signs out here and at the provider', async () => {
    const { page, browser, user } = await signedIn(at.person());
    await user();
    await page.getByText('Sign out').click();
    await page.getByText('Sign in').click();
    await browser.isOn('sign-in');
  });
});
