/** mod_auth_openidc in Debian's Apache httpd, as its page configures it. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needs, skipAloud } from '../support/needs.ts';
import { eventually } from '../support/time/eventually.ts';
import { documentedClient } from './support/documented-client.ts';
import { signInAs, signOutAtProvider } from './support/people.ts';
import { hasEnded, reportedByOwner } from './support/session-end.ts';
import { fourAtOnce, receivedHeaders, upstreamOf } from './support/upstream.ts';

const MFA = 'https://refeds.org/profile/mfa';
const SFA = 'https://refeds.org/profile/sfa';

/** Where Debian's packages put them. */
const MODULES = '/usr/lib/apache2/modules';
const LOADED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'proxy', 'proxy_http', 'auth_openidc'];

/** What Debian's own apache2.conf does around a site. */
function surroundings(folder: string): string {
  return [
    ...LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
    `ServerRoot ${folder}`,
    'ServerName localhost',
    'DefaultRuntimeDir .',
    'PidFile apache2.pid',
    'ErrorLog error.log',
    // Used where root starts it.
    'User www-data',
    'Group www-data',
    'Include handbook.conf',
    '',
  ].join('\n');
}

describe('mod_auth_openidc', () => {
  const { apache2 } = needs('apache2');
  const at = documentedClient('mod_auth_openidc');
  upstreamOf(at);
  before(async function () {
    const isThere = existsSync(join(MODULES, 'mod_auth_openidc.so'));
    if (!isThere) skipAloud(this, 'needs mod_auth_openidc: apt-get install libapache2-mod-auth-openidc');
    // For the processes of www-data.
    chmodSync(at.folder, 0o755);
    writeFileSync(join(at.folder, 'apache2.conf'), surroundings(at.folder));
    await at.start(apache2, ['-f', join(at.folder, 'apache2.conf'), '-DFOREGROUND']);
  });

  async function signIn(workspace: 'strict' | 'plain' = 'strict') {
    const browser = at.browser();
    const person = at.person(workspace);
    await browser.open(at.site);
    return { browser, person, page: await signInAs(browser, person) };
  }

  it('signs in with an authenticator app, and tells the application name, e-mail address and groups [B.10]', async () => {
    const { page, person, browser } = await signIn();
    expect(receivedHeaders(page)).to.include({
      oidc_claim_name: person.name,
      oidc_claim_email: person.email,
      oidc_claim_groups: person.groups.join(','),
      oidc_claim_acr: MFA,
    });
    expect((await browser.open(`${at.site}/finance`)).status).to.equal(200);
  });

  it('steps up on the way to a path that needs two factors', async () => {
    const { browser, person, page } = await signIn('plain');
    expect(receivedHeaders(page).oidc_claim_acr).to.equal(SFA);
    await browser.open(`${at.site}/payments`);
    const stepped = await browser.enterCode(person.nextCode());
    expect(stepped.url).to.equal(`${at.site}/payments`);
    expect(receivedHeaders(stepped).oidc_claim_acr).to.equal(MFA);
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
    const end = await browser.open(`${at.site}/oidc?logout=${encodeURIComponent(`${at.site}/signed-out`)}`);
    expect(end.url).to.equal(`${at.site}/signed-out`);
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  describe('with an access token that has a minute left', () => {
    // The page has a minute in hand, so that it refreshes at each request.
    before(() => at.app.reload({ tokens: { access_minutes: 1 } }));

    it('refreshes', async () => {
      const { browser, page } = await signIn();
      const { oidc_access_token: first } = receivedHeaders(page);
      await eventually(async () => {
        const { oidc_access_token: now } = receivedHeaders(await browser.open(at.site));
        expect(now).to.be.a('string').that.does.not.equal(first);
      });
    });

    it('stays signed in when four requests refresh at once, again and again', async () => {
      const { browser, page } = await signIn();
      let { oidc_access_token: before } = receivedHeaders(page);
      for (let time = 0; time < 3; time += 1) {
        const received = await fourAtOnce(browser, at.site);
        const tokens = received.map((headers) => headers.oidc_access_token);
        expect(tokens).not.to.include(before);
        before = tokens[0];
      }
    });
  });
});
