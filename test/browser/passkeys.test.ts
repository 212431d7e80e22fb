/** Passkeys in Chromium, with its own virtual authenticators: the script, the pages, and what they lead to. */
import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type App, PASSWORD, standardConfig, startApp, type Yaml } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { axeFaults } from './accessibility.ts';
import { socketsOf } from './authenticators.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

const ENGLISH: BrowserContextOptions = { locale: 'en-GB' };
const DUTCH: BrowserContextOptions = { locale: 'nl-NL', viewport: { width: 390, height: 844 } };

function config(redirectUri: string): Yaml {
  const { tenants, clients, ...standard } = standardConfig();
  const changed = tenants.map((tenant) => {
    const methods = tenant.id === 'strict' ? ['passkey'] : ['totp', 'passkey'];
    return { ...tenant, second_factor: { ...(tenant.second_factor as Yaml), methods } };
  });
  const party = clients.find(({ client_id: id }) => id === 'rp');
  return { ...standard, tenants: changed, clients: [{ ...party, redirect_uris: [redirectUri] }] };
}

describe('passkeys, in a browser', function () {
  // Each is a dozen pages, on a machine that has other things to do.
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let elsewhere: Elsewhere;
  let app: App;

  before(async () => {
    elsewhere = await startElsewhere();
  });
  beforeEach(async () => {
    app = await startApp({ config: config(elsewhere.redirectUri), hostname: 'localhost' });
    await elsewhere.trust(app, 'rp');
  });
  afterEach(() => app?.stop());
  after(() => elsewhere?.close());

  /** A window of somebody who is about to sign in. */
  async function someone(options: BrowserContextOptions) {
    const { page, complaints } = await open(options);
    return { page, complaints, person: createPerson(page), sockets: await socketsOf(page) };
  }

  async function givePassword(person: Person, email: string, parameters: Record<string, string> = {}) {
    await person.open(elsewhere.start(parameters));
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
  }

  /** Gives the claims that the relying party received. */
  async function claims(person: Person) {
    await person.isOn('third');
    return Object.fromEntries(new URL(await person.mark('arrived'), app.origin).searchParams);
  }

  const told = (page: Page) => page.locator('#passkey-told:not([hidden])').innerText();

  for (const [language, options] of Object.entries({ English: ENGLISH, Dutch: DUTCH })) {
    it(`are created where the policy demands one and used from then on, in ${language} [0.4 3.3 B.1]`, async () => {
      const { page, complaints, person, sockets } = await someone(options);
      await sockets.builtIn();
      await givePassword(person, 'new@strict.test');
      await person.isOn('set-up-passkey');
      expect(await axeFaults(page)).to.deep.equal([]);
      await person.send({ label: 'Laptop' }, 'confirm');
      await person.isOn('recovery-codes');
      await person.send({}, 'saved');
      expect(await claims(person)).to.include({ acr: 'phr', amr: 'pwd,hwk,user,mfa' });

      await page.context().clearCookies();
      await givePassword(person, 'new@strict.test');
      await person.isOn('use-passkey');
      expect(await axeFaults(page)).to.deep.equal([]);
      await person.send({}, 'confirm');
      expect(await claims(person)).to.include({ acr: 'phr', amr: 'pwd,hwk,user,mfa' });
      expect(complaints).to.deep.equal([]);
    });
  }

  it('count as two factors, but not as phishing-resistant, with a key that verifies no user', async () => {
    const { page, person, sockets } = await someone(ENGLISH);
    await sockets.plainKey();
    await givePassword(person, 'new@strict.test');
    await person.isOn('set-up-passkey');
    await person.send({}, 'confirm');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    expect(await claims(person)).to.deep.include({
      acr: 'https://refeds.org/profile/mfa',
      amr: 'pwd,hwk,user,mfa',
    });
    await page.context().clearCookies();
    await givePassword(person, 'new@strict.test');
    await person.isOn('use-passkey');
    await person.send({}, 'confirm');
    expect(await claims(person)).to.include({ acr: 'https://refeds.org/profile/mfa' });
  });

  it('can be added in self-service beside another one, each under its name [3.2]', async () => {
    const { page, complaints, person, sockets } = await someone(ENGLISH);
    const laptop = await sockets.builtIn();
    await givePassword(person, 'new@open.test');
    await person.isOn('third');
    const setUp = async (label: string) => {
      await person.open(`${app.origin}/account/security`);
      await person.isOn('security');
      await page.locator('button[name=set-up][value=passkey]').click();
      await person.isOn('set-up-passkey');
      await person.send({ label }, 'confirm');
    };
    await setUp('Work laptop');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    await person.isOn('security');

    // The browser knows that this authenticator has one already.
    await setUp('Work laptop again');
    expect(await told(page)).to.include('already');
    await laptop.unplug();
    await sockets.plainKey();
    await person.send({ label: 'Blue key' }, 'confirm');
    await person.isOn('security');
    expect(await person.words())
      .to.include('Work laptop')
      .and.to.include('Blue key');
    expect(complaints).to.deep.equal([]);
  });

  it('allow another attempt after the user was not verified', async () => {
    const { page, complaints, person, sockets } = await someone(ENGLISH);
    const laptop = await sockets.builtIn();
    await givePassword(person, 'new@strict.test', { acr_values: 'phr' });
    await person.isOn('set-up-passkey');
    await person.send({}, 'confirm');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    await person.isOn('third');

    await page.context().clearCookies();
    await givePassword(person, 'new@strict.test', { acr_values: 'phr' });
    await person.isOn('use-passkey');
    await laptop.verifies(false);
    await person.send({}, 'confirm');
    expect(await told(page)).to.include('No passkey was used');
    expect(await axeFaults(page)).to.deep.equal([]);
    await laptop.verifies(true);
    await person.send({}, 'confirm');
    expect(await claims(person)).to.include({ acr: 'phr' });
    expect(complaints).to.deep.equal([]);
  });

  it('show what a browser lacks, and lead to another method', async () => {
    const { page, person } = await someone(ENGLISH);
    await page.addInitScript('delete window.PublicKeyCredential');
    await givePassword(person, 'boss@plain.test', { acr_values: 'https://refeds.org/profile/mfa' });
    await person.isOn('set-up-choose');
    await person.send({ method: 'passkey' }, 'choose');
    await person.isOn('set-up-passkey');
    expect(await told(page)).to.include('can’t use passkeys');
    expect(await page.locator('button[name=confirm]').isDisabled()).to.equal(true);
    await person.follow('/set-up');
    await person.isOn('set-up-choose');
  });

  for (const [options, words] of [
    [ENGLISH, 'Passkeys need JavaScript'],
    [DUTCH, 'Passkeys hebben JavaScript nodig'],
  ] as const) {
    it(`show that they need JavaScript: ${words} [B.5]`, async () => {
      const { page } = await open({ ...options, javaScriptEnabled: false });
      const person = createPerson(page);
      await givePassword(person, 'boss@plain.test', { acr_values: 'https://refeds.org/profile/mfa' });
      await person.isOn('set-up-choose');
      await person.send({ method: 'passkey' }, 'choose');
      await person.isOn('set-up-passkey');
      expect(await person.words()).to.include(words);
      await person.follow('/set-up');
      await person.isOn('set-up-choose');
    });
  }
});
