/** Signing in with a passkey alone in Chromium: by the button, by autofill, and what goes wrong. */
import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type App, PASSWORD, SECRET, standardConfig, startApp, type Yaml } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { eventually } from '../support/time/eventually.ts';
import { totpCode } from '../support/totp.ts';
import { axeFaults, keyboardFaults, overflow } from './accessibility.ts';
import { socketsOf } from './authenticators.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

const ENGLISH: BrowserContextOptions = { locale: 'en-GB' };
const DUTCH: BrowserContextOptions = { locale: 'nl-NL', viewport: { width: 320, height: 640 } };

function config(redirectUri: string): Yaml {
  const { tenants, clients, accounts, ...standard } = standardConfig();
  const changed = tenants.map((tenant) => {
    const methods = tenant.id === 'strict' ? ['passkey'] : ['totp', 'passkey'];
    return { ...tenant, second_factor: { ...(tenant.second_factor as Yaml), methods } };
  });
  const party = clients.find(({ client_id: id }) => id === 'rp');
  const ann = { email: 'ann@strict.test', tenant: 'strict', name: 'ann', password: PASSWORD };
  const people = [...accounts, ann];
  return {
    ...standard,
    accounts: people,
    tenants: changed,
    clients: [{ ...party, redirect_uris: [redirectUri] }],
  };
}

describe('signing in with a passkey, in a browser', function () {
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

  async function someone(options: BrowserContextOptions) {
    const { page, complaints } = await open(options);
    return { page, complaints, person: createPerson(page), sockets: await socketsOf(page) };
  }

  /** Gives the claims that the relying party received. */
  async function claims(person: Person) {
    await person.isOn('third');
    return Object.fromEntries(new URL(await person.mark('arrived'), app.origin).searchParams);
  }

  /** Sets a passkey up with the password, and leaves the session. */
  async function setUp(page: Page, person: Person, email: string): Promise<void> {
    await person.open(elsewhere.start());
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
    await person.isOn('set-up-passkey');
    await person.send({}, 'confirm');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    await person.isOn('third');
    await page.context().clearCookies();
  }

  const told = (page: Page) => page.locator('#passkey-told:not([hidden])').innerText();

  async function arrive(person: Person): Promise<void> {
    await person.open(elsewhere.start());
    await person.isOn('sign-in');
  }

  for (const [language, options] of Object.entries({ English: ENGLISH, Dutch: DUTCH })) {
    it(`takes two presses from relying party to relying party, in ${language} [A76]`, async () => {
      const { page, complaints, person, sockets } = await someone(options);
      const laptop = await sockets.withAccounts();
      await setUp(page, person, 'new@strict.test');
      await laptop.answers(false);
      await arrive(person);
      const button = page.locator('button[name=passkey]');
      await button.waitFor();
      expect(await axeFaults(page)).to.deep.equal([]);
      expect(await keyboardFaults(page)).to.deep.equal([]);
      expect(await overflow(page)).to.equal(0);
      // A request that waits already stays unanswered. The press of the button makes a new one.
      await laptop.answers(true);
      await button.click();
      expect(await claims(person)).to.include({ acr: 'phr', amr: 'hwk,user,mfa' });
      expect(complaints).to.deep.equal([]);
    });
  }

  it('is offered by autofill, without a press of the button', async () => {
    const { page, complaints, person, sockets } = await someone(ENGLISH);
    await sockets.withAccounts();
    await setUp(page, person, 'new@strict.test');
    await person.open(elsewhere.start());
    expect(await claims(person)).to.include({ acr: 'phr' });
    expect(complaints).to.deep.equal([]);
  });

  it('allows the password while autofill waits, and another attempt after the wrong finger', async () => {
    const { page, complaints, person, sockets } = await someone(ENGLISH);
    const laptop = await sockets.withAccounts();
    await setUp(page, person, 'new@strict.test');
    await laptop.verifies(false);
    await arrive(person);
    await page.locator('button[name=passkey]').click();
    expect(await told(page)).to.include('No passkey was used');
    expect(await axeFaults(page)).to.deep.equal([]);
    await person.send({ email: 'boss@plain.test', password: PASSWORD }, 'sign_in');
    expect(await claims(person)).to.include({ acr: 'https://refeds.org/profile/sfa' });
    expect(complaints).to.deep.equal([]);
  });

  it('refuses a removed passkey, and the password manager forgets it [A128]', async () => {
    const { page, person, sockets } = await someone(ENGLISH);
    const laptop = await sockets.withAccounts();
    await setUp(page, person, 'new@strict.test');
    expect(await laptop.passkeys()).to.have.lengthOf(1);
    const { accounts, enrolments } = app.parts.stores;
    const account = await accounts.findByEmail('new@strict.test');
    for (const { id } of await enrolments.listByAccount(account?.id ?? ''))
      await enrolments.remove(account?.id ?? '', id);
    await person.open(elsewhere.start());
    await page.locator('[data-error=code_invalid]').waitFor();
    await eventually(async () => expect(await laptop.passkeys()).to.have.lengthOf(0));
  });

  it('has the password manager forget a passkey that was removed on the security page', async () => {
    const { page, complaints, person, sockets } = await someone(ENGLISH);
    const laptop = await sockets.withAccounts();
    await person.open(elsewhere.start());
    await person.isOn('sign-in');
    await person.send({ email: 'new@open.test', password: PASSWORD }, 'sign_in');
    await person.isOn('third');
    await person.open(`${app.origin}/account/security`);
    await person.isOn('security');
    await page.locator('button[name=set-up][value=passkey]').click();
    await person.isOn('set-up-passkey');
    await person.send({}, 'confirm');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    await person.isOn('security');
    expect(await laptop.passkeys()).to.have.lengthOf(1);
    await person.send({}, 'remove');
    await person.isOn('confirm-removal');
    await person.send({}, 'confirm');
    await eventually(async () => expect(await laptop.passkeys()).to.have.lengthOf(0));
    expect(complaints).to.deep.equal([]);
  });

  it('is offered after a code on a device that makes passkeys, and is set up by the keyboard', async () => {
    const { page, complaints, person, sockets } = await someone(DUTCH);
    const laptop = await sockets.withAccounts();
    await person.open(elsewhere.start());
    await person.isOn('sign-in');
    await person.send({ email: 'app@open.test', password: PASSWORD }, 'sign_in');
    await person.isOn('enter-code');
    await page.locator('input[name=can_use_passkeys][value="1"]').waitFor({ state: 'attached' });
    await person.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
    await person.isOn('offer-passkey');
    expect(await axeFaults(page)).to.deep.equal([]);
    expect(await overflow(page)).to.equal(0);
    await page.locator('button[name=set-up]').press('Enter');
    await person.isOn('set-up-passkey');
    expect(await axeFaults(page)).to.deep.equal([]);
    await page.locator('button[name=confirm]').press('Enter');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    expect(await claims(person)).to.include({ acr: 'phr', amr: 'pwd,otp,hwk,user,mfa' });
    expect(await laptop.passkeys()).to.have.lengthOf(1);
    expect(complaints).to.deep.equal([]);
  });

  /** A sign-in with a counter of 40 or more, and the same passkey again with a lower one. */
  async function signInTwice(kind: 'synced' | 'withAccounts') {
    const { page, person, sockets } = await someone(ENGLISH);
    const phone = await sockets[kind]();
    await setUp(page, person, 'new@strict.test');
    await phone.rewind(40);
    await person.open(elsewhere.start());
    await person.isOn('third');
    await page.context().clearCookies();
    await phone.rewind(3);
    await person.open(elsewhere.start());
    return async () => {
      const lines = await app.parts.stores.audit.list({ limit: 100 });
      return lines.map(({ event, reason }) => `${event} ${reason}`);
    };
  }

  it('accepts a synced passkey whose counter lags, and notes it [A43]', async () => {
    const lines = await signInTwice('synced');
    await eventually(async () => expect(await lines()).to.include('second_factor.anomaly counter_behind'));
  });

  it('refuses a device-bound passkey whose counter falls back [A43]', async () => {
    const lines = await signInTwice('withAccounts');
    const refused = 'sign_in.passkey_refused passkey_counter_behind';
    await eventually(async () => expect(await lines()).to.include(refused));
  });

  it('lets a person choose between two accounts of one device', async () => {
    const { page, person, sockets } = await someone(ENGLISH);
    const laptop = await sockets.withAccounts();
    await setUp(page, person, 'new@strict.test');
    // The browser signs in by itself, unless nobody is there.
    await laptop.answers(false);
    await arrive(person);
    await person.send({ email: 'ann@strict.test', password: PASSWORD }, 'sign_in');
    await person.isOn('set-up-passkey');
    await laptop.answers(true);
    await person.send({}, 'confirm');
    await person.isOn('recovery-codes');
    await person.send({}, 'saved');
    await person.isOn('third');
    expect(await laptop.passkeys()).to.have.lengthOf(2);
    await page.context().clearCookies();
    await person.open(elsewhere.start());
    expect(await claims(person)).to.include({ acr: 'phr' });
  });

  it('shows no button without JavaScript, nor in a browser without passkeys [B.5]', async () => {
    for (const options of [{ ...ENGLISH, javaScriptEnabled: false }, ENGLISH]) {
      const { page } = await open(options);
      if (options.javaScriptEnabled !== false) await page.addInitScript('delete window.PublicKeyCredential');
      const person = createPerson(page);
      await arrive(person);
      expect(await page.locator('button[name=passkey]').isVisible()).to.equal(false);
      await person.send({ email: 'boss@plain.test', password: PASSWORD }, 'sign_in');
      expect(await claims(person)).to.include({ acr: 'https://refeds.org/profile/sfa' });
      await page.context().clearCookies();
    }
  });
});
