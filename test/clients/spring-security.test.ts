/** Spring Security in an application of Spring Boot, as its page prints it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { needs } from '../support/needs.ts';
import { eventually } from '../support/time/eventually.ts';
import { documentedClient } from './support/documented-client.ts';
import { signInAs, signOutAtProvider } from './support/people.ts';
import { hasEnded, reportedByOwner } from './support/session-end.ts';

const MFA = 'https://refeds.org/profile/mfa';
const SFA = 'https://refeds.org/profile/sfa';

/** In milliseconds: Maven fetches some 60 MB, once. */
const BUILD_MS = 600_000;
const START_MS = 60_000;

describe('Spring Security', () => {
  const { java, mvn } = needs('java', 'mvn');
  const at = documentedClient('spring-security');
  before(async function () {
    this.timeout(BUILD_MS);
    await promisify(execFile)(mvn, ['--batch-mode', '--quiet', 'package'], { cwd: at.folder });
    await at.start(java, ['-jar', 'target/ledger.jar'], { withinMs: START_MS });
  });

  async function signIn(workspace: 'strict' | 'plain' = 'strict') {
    const browser = at.browser();
    const person = at.person(workspace);
    await browser.open(at.site);
    const page = await signInAs(browser, person);
    return { browser, person, answer: JSON.parse(page.text) };
  }

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const { browser, person, answer } = await signIn();
    expect(answer).to.deep.include({
      name: person.name,
      email: person.email,
      groups: person.groups,
      acr: MFA,
    });
    expect(answer.authorities).to.include.members(['GROUP_finance', 'GROUP_staff', 'TWO_FACTORS']);
    expect((await browser.open(`${at.site}/finance`)).status).to.equal(200);
  });

  it('steps up for a page that needs two factors', async () => {
    const { browser, person, answer } = await signIn('plain');
    expect(answer.acr).to.equal(SFA);
    expect(answer.authorities).not.to.include('TWO_FACTORS');
    await browser.open(`${at.site}/payments`);
    const stepped = await browser.enterCode(person.nextCode());
    expect(stepped.url).to.match(new RegExp(`^${at.site}/payments`));
    expect(JSON.parse(stepped.text)).to.deep.equal(['for two factors']);
  });

  it('hears of a sign-out elsewhere', async () => {
    const { browser } = await signIn();
    await signOutAtProvider(browser);
    await hasEnded(browser, at.site);
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  it('ends the session of an intruder whose change the owner has reported', async () => {
    const { browser, person } = await signIn();
    await reportedByOwner(at, browser, person);
    await hasEnded(browser, at.site);
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  it('signs out at Doublelock too, and comes back', async () => {
    const { browser } = await signIn();
    const asked = await browser.open(`${at.site}/logout`);
    const end = await browser.follow(await browser.submit(asked, {}));
    expect(end.url).to.equal(`${at.site}/signed-out`);
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  it('refreshes', async () => {
    // Spring Security refreshes a token that has a minute left.
    await at.app.reload({ tokens: { access_minutes: 1 } });
    const { browser } = await signIn();
    const expiry = async () =>
      Date.parse(JSON.parse((await browser.open(`${at.site}/token`)).text).expires_at);
    const first = await expiry();
    await eventually(async () => expect(await expiry()).to.be.above(first));
  });
});
