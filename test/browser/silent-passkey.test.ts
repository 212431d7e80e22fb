/** The offer of a passkey in Chromium: a browser that can makes one by itself, and every other one asks the person. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type App, PASSWORD, SECRET, standardConfig, startApp, type Yaml } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { socketsOf } from './authenticators.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson } from './person.ts';
import { windows } from './windows.ts';

/** Chromium makes a passkey by itself only with a password manager of its own, so the test answers in its place. */
const CAN = `PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true });
const real = navigator.credentials.create.bind(navigator.credentials);
navigator.credentials.create = ({ mediation, ...options }) => {
  window.asked = mediation;
  return real(options);
};`;
const CANNOT = `PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: false });`;
const FAILS = `PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true });
navigator.credentials.create = async () => { throw new DOMException('no password was filled in', 'NotAllowedError'); };`;

function config(redirectUri: string): Yaml {
  const { tenants, clients, accounts } = standardConfig();
  const methods = ['totp', 'passkey'];
  return {
    accounts,
    tenants: tenants.map((tenant) => ({
      ...tenant,
      second_factor: { ...(tenant.second_factor as Yaml), methods },
    })),
    clients: clients.map((client) => ({ ...client, redirect_uris: [redirectUri] })),
  };
}

describe('a passkey that the browser makes by itself, in Chromium', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let elsewhere: Elsewhere;
  let app: App;

  before(async () => {
    elsewhere = await startElsewhere();
    app = await startApp({ config: config(elsewhere.redirectUri), hostname: 'localhost' });
    await elsewhere.trust(app, 'rp');
  });
  after(async () => {
    await app?.stop();
    await elsewhere?.close();
  });

  /** From the application to the code, in a browser that behaves so. */
  async function giveCode(email: string, behaviour: string) {
    const { page, complaints } = await open({ locale: 'en-GB' });
    await page.addInitScript(behaviour);
    const laptop = await (await socketsOf(page)).withAccounts();
    const person = createPerson(page);
    await person.open(elsewhere.start());
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
    await person.isOn('enter-code');
    await page.locator('input[name=can_use_passkeys][value="1"]').waitFor({ state: 'attached' });
    app.clock.nextStep(60_000);
    await person.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
    return { page, person, laptop, complaints };
  }

  const keptBy = async (email: string) => {
    const account = await app.parts.stores.accounts.findByEmail(email);
    const all = await app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    return all.filter(({ method }) => method === 'passkey').length;
  };

  const putAwayCodes = async (page: Page) => {
    await page.locator('button[name=saved]').click();
  };

  it('sends what it has made without a press, and the sign-in goes on', async () => {
    const { page, person, laptop, complaints } = await giveCode('app@open.test', CAN);
    await person.isOn('recovery-codes');
    await putAwayCodes(page);
    await person.isOn('third');
    expect(await laptop.passkeys()).to.have.lengthOf(1);
    expect([await keptBy('app@open.test'), complaints]).to.deep.equal([1, []]);
  });

  for (const [how, behaviour] of [
    ['cannot', CANNOT],
    ['may not', FAILS],
  ] as const)
    it(`asks the person in a browser that ${how}`, async () => {
      const { person, laptop, complaints } = await giveCode('app@strict.test', behaviour);
      await person.isOn('offer-passkey');
      expect([await laptop.passkeys(), complaints]).to.deep.equal([[], []]);
      expect(await keptBy('app@strict.test')).to.equal(0);
    });

  it('asks the person in a Chromium whose password manager has filled in nothing', async () => {
    const { page, person, laptop } = await giveCode('app@strict.test', '');
    await person.isOn('offer-passkey');
    const able: boolean = await page.evaluate(
      'PublicKeyCredential.getClientCapabilities().then(({ conditionalCreate }) => conditionalCreate)',
    );
    expect([able, await laptop.passkeys()]).to.deep.equal([true, []]);
    await person.send({}, 'later');
    await person.isOn('third');
  });
});
