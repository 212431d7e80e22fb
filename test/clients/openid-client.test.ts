/** openid-client in an application of Express, as its page prints it. */
import { expect } from 'chai';
import { documentedClient } from './support/documented-client.ts';
import { signInAs } from './support/people.ts';

const MFA = 'https://refeds.org/profile/mfa';

describe('openid-client', () => {
  const at = documentedClient('openid-client');

  before(() => at.start(process.execPath, ['shop.mjs']));

  it('signs in with an authenticator app, and sees name and e-mail address', async () => {
    const browser = at.browser();
    const person = at.person();
    await browser.open(at.site);
    const page = await signInAs(browser, person);
    expect(JSON.parse(page.text)).to.include({ name: person.name, email: person.email, acr: MFA });
  });
});
