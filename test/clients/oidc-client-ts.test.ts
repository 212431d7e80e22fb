/** oidc-client-ts in Chromium, as its page prints it: also in two tabs at once. */
import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
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

  async function refreshed(page: Page): Promise<void> {
    await page.locator('#refresh').click();
    await hasStatus(page, 'refreshed');
  }

  it('signs in with an authenticator app, and sees name, e-mail address and groups [B.10]', async () => {
    const person = at.person();
    const { page, complaints } = await signedIn(person);
    const { name, email, groups } = person;
    expect(await user(page)).to.deep.equal({ name, email, groups, acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
    expect(complaints).to.deep.equal([]);
  });

  it('refreshes in two tabs at once, and in each of them later', async () => {
    const person = at.person();
    const { page } = await signedIn(person);
    const context = page.context();
    const tab = await context.newPage();
    await tab.goto(at.site);
    await hasStatus(tab, 'signed in');

    await holdUntilTwo(context);
    await Promise.all([refreshed(page), refreshed(tab)]);
    await context.unrouteAll();
    await refreshed(page);
    await refreshed(tab);
    expect((await user(page)).email).to.equal(person.email);
    expect((await user(tab)).email).to.equal(person.email);
  });

  it('refreshes again after an answer that was lost', async () => {
    const { page } = await signedIn(at.person());
    const context = page.context();
    await context.route('**/token', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.locator('#refresh').click();
    await hasStatus(page, 'Failed to fetch');
    await context.unrouteAll();
    await refreshed(page);
    await refreshed(page);
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
    await refreshed(page);
    expect((await user(page)).acr).to.equal(MFA);
  });

  it('signs out here and at the provider', async () => {
    const { page, browser } = await signedIn(at.person());
    await page.locator('#sign-out').click();
    await hasStatus(page, 'signed out');
    await page.locator('#sign-in').click();
    await browser.isOn('sign-in');
  });

  it('has no refresh token left once the session at the provider has ended', async () => {
    const { page, browser } = await signedIn(at.person());
    const tab = await page.context().newPage();
    await tab.goto(`${at.issuer}/session/end`);
    await tab.locator('button[name=logout]').click();
    await createPerson(tab).isOn('signed-out');
    await page.locator('#refresh').click();
    await hasStatus(page, 'invalid_grant');
    await page.locator('#sign-in').click();
    await browser.isOn('sign-in');
  });
});

/** Both refreshes are on their way, with the same token, before the provider gets either. */
async function holdUntilTwo(context: BrowserContext): Promise<void> {
  const two = Promise.withResolvers<void>();
  let held = 0;
  await context.route('**/token', async (route) => {
    held += 1;
    if (held === 2) two.resolve();
    await two.promise;
    await route.continue();
  });
}
