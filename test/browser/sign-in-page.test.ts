/** The fields of the sign-in page in Chromium: the switch of the language, the shown password, the remembered address. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type App, PASSWORD, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { axeFaults } from './accessibility.ts';
import { createPerson } from './person.ts';
import { windows } from './windows.ts';

const EMAIL = 'new@open.test';

describe('the fields of a page, in a browser', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  let samples: PageServer;
  before(async () => {
    app = await startApp();
    samples = await startPageServer();
  });
  after(async () => {
    await app?.stop();
    await samples?.close();
  });

  const sample = (name: string) => `${samples.origin}/interaction/sample/${name}`;
  const language = (page: Page) => page.locator('html').getAttribute('lang');
  const switchTo = async (page: Page, locale: string) => {
    await page.locator(`button[name=locale][value=${locale}]`).click();
    await page.locator(`html[lang=${locale}]`).waitFor();
  };

  for (const javaScriptEnabled of [false, true]) {
    it(`keep the typed address when the language is switched, ${javaScriptEnabled ? 'with' : 'without'} JavaScript [1.7 B.5]`, async () => {
      const { page, complaints } = await open({ locale: 'en', javaScriptEnabled });
      const person = createPerson(page);
      await person.open(`${app.origin}/account`);
      await person.isOn('sign-in');
      const address = page.url();
      await page.locator('#email').fill(EMAIL);
      await page.locator('#password').fill('a password that must not stay');
      await switchTo(page, 'nl');
      expect(page.url()).to.equal(address);
      expect(await page.locator('#email').inputValue()).to.equal(EMAIL);
      expect(await page.locator('#password').inputValue()).to.equal('');
      expect(await page.locator('[role=alert]:visible').count()).to.equal(0);
      await switchTo(page, 'en');
      expect(await page.locator('#email').inputValue()).to.equal(EMAIL);
      await page.locator('#password').fill(PASSWORD);
      await page.keyboard.press('Enter');
      await person.isOn('account');
      expect(complaints).to.deep.equal([]);
    });
  }

  it('do not stop the switch while a required one is empty, and keep what was chosen [1.7]', async () => {
    const { page } = await open({ locale: 'en' });
    await page.goto(sample('set-up-sms'));
    await switchTo(page, 'nl');
    await page.goto(sample('set-up-choose'));
    await page.locator('[name=method][value=totp]').check();
    await switchTo(page, 'en');
    expect(await page.locator('[name=method][value=totp]').isChecked()).to.equal(true);
  });

  it('keep the name of a passkey, and ask for none when the language is switched [1.7]', async () => {
    const { page, complaints } = await open({ locale: 'en' });
    await page.addInitScript(`navigator.credentials.create = () => Promise.reject(new Error('was asked'))`);
    await page.goto(sample('set-up-passkey-forced'));
    await page.locator('#label').fill('Laptop');
    await switchTo(page, 'nl');
    expect(await page.locator('#label').inputValue()).to.equal('Laptop');
    expect(await page.locator('#passkey-told:visible').count()).to.equal(0);
    expect(complaints).to.deep.equal([]);
  });

  it('show a password on request, by mouse and keyboard, and hide it when the form is sent [U.4]', async () => {
    const { page, complaints } = await open({ locale: 'en' });
    await page.goto(sample('sign-in-known'));
    const field = page.locator('#password');
    await page.locator('#password:focus').waitFor();
    await page.keyboard.type('correct horse');
    const button = page.getByRole('button', { name: 'Show password' });
    expect(await button.getAttribute('aria-controls')).to.equal('password');
    expect(await button.getAttribute('type')).to.equal('button');
    await button.click();
    expect([await field.getAttribute('type'), await field.inputValue()]).to.deep.equal([
      'text',
      'correct horse',
    ]);
    expect(await axeFaults(page)).to.deep.equal([]);
    await field.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await field.getAttribute('type')).to.equal('password');
    await page.keyboard.press('Enter');
    expect(await page.locator('button[aria-controls=password]').textContent()).to.equal('Hide password');
    expect(await field.getAttribute('autocomplete')).to.equal('current-password');

    const sent = page.evaluate(`new Promise((resolve) => {
      document.querySelector('form:has(#password)').addEventListener('submit', (event) => {
        event.preventDefault();
        resolve([document.querySelector('#password').type, new FormData(event.target).get('password')]);
      });
    })`);
    await field.press('Enter');
    expect(await sent).to.deep.equal(['password', 'correct horse']);
    expect(await language(page)).to.equal('en');
    expect(complaints).to.deep.equal([]);
  });

  it('show a password in the language of the page, and nothing for it without JavaScript [1.7 B.5]', async () => {
    const { page: dutch } = await open({ locale: 'nl' });
    await dutch.goto(sample('sign-in'));
    await dutch.getByRole('button', { name: 'Toon wachtwoord' }).click();
    await dutch.getByRole('button', { name: 'Verberg wachtwoord' }).waitFor();
    const { page: plain } = await open({ locale: 'nl', javaScriptEnabled: false });
    await plain.goto(sample('sign-in'));
    expect(await plain.locator('main button').allTextContents()).to.deep.equal([
      'Log in',
      'Annuleer en ga terug naar Acme Timesheets',
    ]);
  });

  it('remember the address, and forget it for good when it is not mine', async () => {
    const { page, complaints } = await open({ locale: 'en' });
    const person = createPerson(page);
    await person.open(`${app.origin}/account`);
    await person.send({ email: EMAIL, password: PASSWORD }, 'sign_in');
    await person.isOn('account');
    await person.follow('/session/end');
    await person.send({}, 'logout');
    await person.isOn('signed-out');

    await person.open(`${app.origin}/account`);
    await person.isOn('sign-in');
    expect(await page.locator('#email').inputValue()).to.equal(EMAIL);
    await page.locator('#password:focus').waitFor();
    await page.getByRole('button', { name: 'Not you?' }).click();
    await page.locator('#email:focus').waitFor();
    expect(await page.locator('#email').inputValue()).to.equal('');
    await person.open(`${app.origin}/account`);
    expect(await page.locator('#email').inputValue()).to.equal('');
    expect(complaints).to.deep.equal([]);
  });
});
