/** oauth2-proxy before an application, as its page configures it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'cheerio';
import { eventually } from '../support/time/eventually.ts';
import { built } from './support/built.ts';
import { documentedClient } from './support/documented-client.ts';
import { signInAs, signOutAtProvider } from './support/people.ts';
import type { Program } from './support/program.ts';
import { fourAtOnce, receivedHeaders, upstreamOf } from './support/upstream.ts';

const MFA = 'https://refeds.org/profile/mfa';
const SFA = 'https://refeds.org/profile/sfa';
const FILE = ['--config', 'oauth2-proxy.cfg'];

describe('oauth2-proxy', () => {
  const oauth2Proxy = built('oauth2-proxy', 'oauth2-proxy', 'go');
  const at = documentedClient('oauth2-proxy');
  upstreamOf(at);
  let running: Program;

  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    running = await at.start(oauth2Proxy, args, { env });
  };
  afterEach(() => running.stop());

  async function signIn(workspace: 'strict' | 'plain' = 'strict') {
    const browser = at.browser();
    const person = at.person(workspace);
    await browser.open(at.site);
    return { browser, person, page: await signInAs(browser, person) };
  }

  it('signs in with an authenticator app, and tells the application the e-mail address and the groups [B.10]', async () => {
    await run(FILE);
    const { page, person } = await signIn();
    expect(receivedHeaders(page)).to.include({
      'x-forwarded-email': person.email,
      'x-forwarded-groups': person.groups.join(','),
      'x-forwarded-preferred-username': person.email,
    });
  });

  it('refreshes', async () => {
    // The page has nine minutes.
    await run(FILE, { OAUTH2_PROXY_COOKIE_REFRESH: '1s' });
    const { browser, page } = await signIn();
    const { 'x-forwarded-access-token': first } = receivedHeaders(page);
    await eventually(async () => {
      const { 'x-forwarded-access-token': now } = receivedHeaders(await browser.open(at.site));
      expect(now).to.be.a('string').that.does.not.equal(first);
    });
  });

  it('stays signed in when four requests refresh at once, again and again', async () => {
    await run(FILE, { OAUTH2_PROXY_COOKIE_REFRESH: '1s' });
    const { browser } = await signIn();
    for (let time = 0; time < 2; time += 1) {
      for (let refreshes = 1; refreshes < 2; ) {
        const received = await fourAtOnce(browser, at.site);
        refreshes = new Set(received.map((headers) => headers['x-forwarded-access-token'])).size;
      }
    }
  });

  it('asks to sign in again at the first refresh after the session has ended elsewhere', async () => {
    await run(FILE, { OAUTH2_PROXY_COOKIE_REFRESH: '1s' });
    const { browser } = await signIn();
    await signOutAtProvider(browser);
    await eventually(async () => expect((await browser.open(at.site)).name).to.equal('sign-in'));
  });

  it('signs out at Doublelock too, and comes back', async () => {
    await run(FILE);
    const { browser } = await signIn();
    const link = load(at.file('sign-out.html'))('a').attr('href');
    const end = await browser.open(`${at.site}${link}`);
    expect(end.url).to.equal(`${at.site}/signed-out`);
    expect((await browser.open(at.site)).name).to.equal('sign-in');
  });

  /** Starts it with the file of the page, but for the lines with these keys. */
  async function runWithout(...keys: readonly string[]): Promise<void> {
    const lines = at.file('oauth2-proxy.cfg').split('\n');
    const kept = lines.filter((line) => !keys.some((key) => line.startsWith(`${key} =`)));
    expect(kept).to.have.lengthOf(lines.length - keys.length);
    writeFileSync(join(at.folder, 'bare.cfg'), kept.join('\n'));
    await run(['--config', 'bare.cfg']);
  }

  it('signs in with a nonce in the place of PKCE', async () => {
    await runWithout('code_challenge_method');
    const { page, person } = await signIn();
    expect(receivedHeaders(page)['x-forwarded-email']).to.equal(person.email);
  });

  it('is told what is missing when it sends neither PKCE nor a nonce', async () => {
    await runWithout('code_challenge_method', 'insecure_oidc_skip_nonce');
    const { url } = await at.browser().open(at.site);
    const answer = new URL(url).searchParams;
    expect(answer.get('error')).to.equal('invalid_request');
    expect(answer.get('error_description')).to.match(/PKCE/).and.to.match(/nonce/);
  });

  describe('with the alpha configuration', () => {
    beforeEach(() => run(['--config', 'oauth2-proxy-alpha.cfg', '--alpha-config', 'alpha.yaml']));

    it('tells the application the name and the level too', async () => {
      const { page, person } = await signIn();
      expect(receivedHeaders(page)).to.include({
        'x-forwarded-name': person.name,
        'x-forwarded-email': person.email,
        'x-forwarded-groups': person.groups.join(','),
        'x-forwarded-acr': MFA,
      });
    });

    it('steps up where an address asks for it', async () => {
      const { browser, person, page } = await signIn('plain');
      expect(receivedHeaders(page)['x-forwarded-acr']).to.equal(SFA);
      const asked = new URLSearchParams({ acr_values: MFA, rd: '/payments' });
      await browser.open(`${at.site}/oauth2/start?${asked}`);
      const stepped = await browser.enterCode(person.nextCode());
      expect(stepped.url).to.equal(`${at.site}/payments`);
      expect(receivedHeaders(stepped)['x-forwarded-acr']).to.equal(MFA);
    });
  });
});
