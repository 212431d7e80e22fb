/** openid-client in an application of Express, as its page prints it. */
import { expect } from 'chai';
import { generateKeyPair, SignJWT } from 'jose';
import { standardConfig, type Yaml } from '../support/app.ts';
import { documentedClient } from './support/documented-client.ts';
import { type Person, signInAs, signOutAtProvider } from './support/people.ts';
import { hasEnded } from './support/session-end.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';
const TEN_MINUTES_MS = 600_000;

/** The standard tenants, each with a second factor for everybody. */
function allRequired(): readonly Yaml[] {
  const strict = standardConfig().tenants.find(({ id }) => id === 'strict');
  return standardConfig().tenants.map((tenant) => ({ ...tenant, second_factor: strict?.second_factor }));
}

describe('openid-client', () => {
  const at = documentedClient('openid-client');

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

  it('refreshes, also four times at once', async () => {
    const person = at.person();
    const { browser } = await signedIn(person);
    const profile = async () => JSON.parse((await browser.get(`${at.site}/profile`)).text);
    expect(await profile()).to.include({ name: person.name });
    const all = await Promise.all([profile(), profile(), profile(), profile()]);
    expect(all.map(({ email }) => email)).to.deep.equal(Array(4).fill(person.email));
    expect(await profile()).to.include({ name: person.name });
  });

  it('hears of a back-channel logout, for the session that has ended', async () => {
    const { browser } = await signedIn(at.person());
    const other = await signedIn(at.person());
    await signOutAtProvider(browser);
    await hasEnded(browser, at.site);
    expect((await browser.open(at.site)).name).to.equal('sign-in');
    expect(JSON.parse((await other.browser.get(at.site)).text).acr).to.equal(MFA);
  });

  it('refuses a logout token that another key has signed', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = await new SignJWT({ sid: 'x', events: {} })
      .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt' })
      .setIssuer(at.issuer)
      .setAudience('shop')
      .setJti('1')
      .sign(privateKey);
    const body = new URLSearchParams({ logout_token: token });
    const answer = await fetch(`${at.site}/backchannel-logout`, { method: 'POST', body });
    expect(answer.status).to.equal(502);
    expect(((await answer.json()) as { error: string }).error).to.match(/^ERR_JWKS|^ERR_JWS/);
  });

  it('asks for the second factor when it refreshes after the tenant has come to require one [B.2]', async () => {
    const person = at.person('plain');
    const { browser } = await signedIn(person);
    await at.app.reload({ tenants: allRequired() });
    const page = await browser.open(`${at.site}/profile`);
    expect(page.name).to.equal('enter-code');
    const profile = await browser.enterCode(person.nextCode());
    expect(JSON.parse(profile.text)).to.include({ email: person.email });
    await at.app.reload({ tenants: standardConfig().tenants });
  });

  it('asks for the second factor that one page needs', async () => {
    const person = at.person('plain');
    const { browser, user } = await signedIn(person);
    expect(user.acr).to.equal(SFA);
    const page = await browser.open(`${at.site}/payments`);
    expect(page.name).to.equal('enter-code');
    const paid = await browser.enterCode(person.nextCode());
    expect(JSON.parse(paid.text)).to.deep.equal({ acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
  });

  it('asks for a new sign-in where the last one is too old', async () => {
    const person = at.person();
    at.app.clock.nextStep(-TEN_MINUTES_MS);
    const { browser } = await signedIn(person);
    at.app.clock.nextStep(TEN_MINUTES_MS);
    const page = await browser.open(`${at.site}/bank-account`);
    expect(page.name).to.equal('sign-in');
    const account = await signInAs(browser, person);
    expect(JSON.parse(account.text).age).to.be.below(60);
  });

  it('signs out here and at the provider', async () => {
    const { browser } = await signedIn(at.person());
    const page = await browser.open(`${at.site}/sign-out`);
    expect(JSON.parse(page.text)).to.deep.equal({ signedOut: true });
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  it('shows the error when the person cancels', async () => {
    const browser = at.browser();
    const page = await browser.open(at.site);
    const answer = await browser.follow(await browser.submit(page, {}, 'cancel'));
    expect(JSON.parse(answer.text)).to.include({ error: 'access_denied' });
  });
});
