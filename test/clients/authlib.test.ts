/** Authlib in an application of Flask, as its page prints it. */
import { expect } from 'chai';
import { needs } from '../support/needs.ts';
import { eventually } from '../support/time/eventually.ts';
import { built } from './support/built.ts';
import { documentedClient } from './support/documented-client.ts';
import { signInAs, signOutAtProvider } from './support/people.ts';

const MFA = 'https://refeds.org/profile/mfa';
const SFA = 'https://refeds.org/profile/sfa';

describe('Authlib', () => {
  const { python3 } = needs('python3');
  const packages = built('authlib', 'packages', 'python3');
  const at = documentedClient('authlib');
  before(async () => {
    const { hostname, port } = new URL(at.site);
    const args = ['-m', 'flask', '--app', 'library', 'run', '--host', hostname, '--port', port];
    await at.start(python3, args, { env: { PYTHONPATH: packages } });
  });

  async function signIn(workspace: 'strict' | 'plain' = 'strict') {
    const browser = at.browser();
    const person = at.person(workspace);
    await browser.open(at.site);
    const page = await signInAs(browser, person);
    return { browser, person, answer: JSON.parse(page.text) };
  }

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const { person, answer } = await signIn();
    expect(answer).to.deep.include({
      name: person.name,
      email: person.email,
      groups: person.groups,
      acr: MFA,
    });
  });

  it('steps up for a page that needs two factors', async () => {
    const { browser, person, answer } = await signIn('plain');
    expect(answer.acr).to.equal(SFA);
    await browser.open(`${at.site}/payments`);
    const stepped = await browser.enterCode(person.nextCode());
    expect(stepped.url).to.equal(`${at.site}/payments`);
    expect(JSON.parse(stepped.text)).to.deep.equal({ payments: [] });
  });

  it('signs out at Doublelock too, and comes back', async () => {
    const { browser } = await signIn();
    const end = await browser.follow(await browser.post(`${at.site}/sign-out`, {}));
    expect(end.url).to.match(new RegExp(`^${at.site}/signed-out\\?state=`));
    expect(end.text).to.equal('You have signed out.');
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  describe('with an access token that has a minute left', () => {
    before(() => at.app.reload({ tokens: { access_minutes: 1 } }));

    it('refreshes', async () => {
      const { browser, answer } = await signIn();
      await eventually(async () => {
        const { token_expires: now, name } = JSON.parse((await browser.open(at.site)).text);
        expect(now).to.be.above(answer.token_expires);
        expect(name).to.equal(answer.name);
      });
    });

    it('asks to sign in again after the session has ended elsewhere', async () => {
      const { browser } = await signIn();
      await signOutAtProvider(browser);
      await eventually(async () => expect((await browser.open(at.site)).name).to.equal('sign-in'));
    });
  });
});
