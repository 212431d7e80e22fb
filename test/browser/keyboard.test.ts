/** A whole sign-in by the keyboard alone, and axe on each of its pages. */
import { expect } from 'chai';
import { type App, PASSWORD, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { axeFaults } from './accessibility.ts';
import { tabTo } from './careful-person.ts';
import { createPerson } from './person.ts';
import { windows } from './windows.ts';

/** More than a step of the authenticator app. */
const NEXT_STEP_MS = 31_000;

describe('the keyboard alone, in a browser', function () {
  // A dozen pages, and axe on each.
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  before(async () => {
    app = await startApp();
  });
  after(() => app?.stop());

  it('sets up an app, signs out and signs in with a code [1.3 1.4 U.4]', async () => {
    const { page, complaints } = await open({ locale: 'en' });
    const person = createPerson(page);
    const faults: string[] = [];

    async function isOn(name: string): Promise<void> {
      await person.isOn(name);
      faults.push(...(await axeFaults(page)).map((fault) => `${name}: ${fault}`));
    }

    const goTo = (selector: string) => tabTo(page, selector);

    async function givePassword(): Promise<void> {
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
    }

    await page.goto(`${app.origin}/account`);
    await isOn('sign-in');
    await page.locator('#email:focus').waitFor();
    await page.keyboard.type('new@strict.test');
    await page.keyboard.press('Tab');
    await givePassword();
    await isOn('set-up-totp');
    const secret = await person.mark('secret');
    await goTo('#code');
    await page.keyboard.type(totpCode(secret, app.clock.now()));
    await page.keyboard.press('Enter');
    await isOn('recovery-codes');
    await goTo('button[name=saved]');
    await page.keyboard.press('Enter');
    await isOn('account');

    await goTo('nav a[href="/account/security"]');
    await page.keyboard.press('Enter');
    await isOn('security');
    await goTo('nav a[href="/session/end"]');
    await page.keyboard.press('Enter');
    await isOn('sign-out');
    await goTo('button[name=logout]');
    await page.keyboard.press('Space');
    await isOn('signed-out');

    await page.goto(`${app.origin}/account`);
    await isOn('sign-in');
    // The browser has remembered the address.
    expect(await page.locator('[name=not_me]').count()).to.equal(1);
    await page.locator('#password:focus').waitFor();
    await givePassword();
    await isOn('enter-code');
    await page.locator('#code:focus').waitFor();
    app.clock.nextStep(NEXT_STEP_MS);
    await page.keyboard.type(totpCode(secret, app.clock.now()));
    await page.keyboard.press('Enter');
    await isOn('account');
    expect(faults).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });
});
