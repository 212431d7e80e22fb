/** oidc-client-ts in Chromium, as its page prints it: also in two tabs at once. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createPerson } from '../browser/person.ts';
import { windows } from '../browser/windows.ts';
import { needs } from '../support/needs.ts';
import { documentedClient } from './support/documented-client.ts';
import { type Person, signInBy } from './support/people.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';

describe('oidc-client-ts', () => {
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  const at = documentedClient('oidc-client-ts');

  before(() => at.start(process.execPath, ['serve.mjs']));

  const user = async (page: Page) => JSON.parse(await page.locator('#user').innerText());

  /** Waits for it. */
  async function hasStatus(page: Page, status: string): Promise<void> {
    const shown = page.locator('#status');
    await shown.filter({ hasText: /./ }).waitFor();
    expect(await shown.innerText()).to.equal(status);
  }

  async function signedIn(person: Person) {
    const { page, complaints } = await open({ locale: 'en' });
    const browser = createPerson(page);
    await browser.open(at.site);
    await page.locator('#sign-in').click();
    await signInBy(browser, person);
    await hasStatus(page, 'signed in');
    return { page, complaints, browser };
  }

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const person = at.person();
    const { page, complaints } = await signedIn(person);
    const { name, email, groups } = person;
    expect(await user(page)).to.deep.equal({ name, email, groups, acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
    expect(complaints).to.deep.equal([]);
  });

  it('asks for the second factor that one act needs', async () => {
    const person = at.person('plain');
    const { page, browser } = await signedIn(person);
    expect((await user(page)).acr).to.equal(SFA);
    await page.locator('#pay').click();
    await browser.isOn('enter-code');
    await browser.send({ code: person.nextCode() }, 'confirm');
    await hasStatus(page, 'signed in');
    await page.locator('#pay').click();
    await hasStatus(page, 'paid');
    expect((await user(page)).acr).to.equal(MFA);
  });
});
