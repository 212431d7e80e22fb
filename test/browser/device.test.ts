/** The sign-in of a device, with the person in Chromium and the device beside it. */
import { expect } from 'chai';
import type { BrowserContextOptions } from 'playwright-core';
import { ask, deviceParty, pollAtOnce, withDevices } from '../http/oidc/device/device-story.ts';
import { claimsOf, MFA, refusal } from '../http/oidc/story.ts';
import { type App, PASSWORD, SECRET, startApp } from '../support/app.ts';
import type { RelyingParty } from '../support/hosts/relying-party.ts';
import { needs } from '../support/needs.ts';
import { totpCode } from '../support/totp.ts';
import { axeFaults, contrastFaults, keyboardFaults, overflow } from './accessibility.ts';
import { createPerson, type Person } from './person.ts';
import { windows } from './windows.ts';

const NEXT_STEP_MS = 31_000;

const BROWSERS: Readonly<Record<string, BrowserContextOptions>> = {
  'on a phone, in Dutch and in the dark, without JavaScript': {
    locale: 'nl-NL',
    colorScheme: 'dark',
    viewport: { width: 390, height: 844 },
    javaScriptEnabled: false,
  },
  'on a desktop, in English, with JavaScript': { locale: 'en-GB', viewport: { width: 1280, height: 800 } },
};

describe('the sign-in of a device, in a browser', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let app: App;
  let tv: RelyingParty;
  before(async () => {
    app = await startApp({ config: withDevices() });
    tv = await deviceParty(app);
  });
  after(() => app?.stop());

  async function signIn(person: Person, email: string): Promise<void> {
    await person.isOn('sign-in');
    await person.send({ email, password: PASSWORD }, 'sign_in');
    await person.isOn('enter-code');
    app.clock.nextStep(NEXT_STEP_MS);
    await person.send({ code: totpCode(SECRET, app.clock.now()) }, 'confirm');
  }

  for (const [how, options] of Object.entries(BROWSERS)) {
    it(`takes the typed code, the confirmation and both factors, ${how} [A15 U.4]`, async () => {
      const device = await ask(tv);
      const { page, complaints } = await open(options);
      const person = createPerson(page);
      await person.open(device.verification_uri);
      await person.isOn('device-code');
      await person.send({ user_code: 'bbbb bbbb' }, 'look_up');
      await page.locator('[role=alert][data-error=code_invalid]').waitFor();
      await person.send({ user_code: device.user_code.toLowerCase().replace('-', ' ') }, 'look_up');
      await person.isOn('device-confirm');
      expect(await person.mark('user-code')).to.equal(device.user_code);
      expect(await person.mark('application')).to.equal('Television');
      expect(await overflow(page)).to.be.at.most(0);
      expect(await refusal(pollAtOnce(tv, device.device_code))).to.equal('authorization_pending');
      await person.send({}, 'confirm');
      await signIn(person, 'app@strict.test');
      await person.isOn('device-done');
      expect(claimsOf(await pollAtOnce(tv, device.device_code)).acr).to.equal(MFA);
      await page.reload();
      await person.isOn('device-done');
      expect(complaints).to.deep.equal([]);
    });

    it(`fills in the code of a scanned address, and asks before anything happens, ${how} [A15]`, async () => {
      const device = await ask(tv);
      const { page, complaints } = await open(options);
      const person = createPerson(page);
      await person.open(String(device.verification_uri_complete));
      await person.isOn('device-code');
      expect(await page.locator('[name=user_code]').inputValue()).to.equal(device.user_code);
      await person.send({}, 'look_up');
      await person.isOn('device-confirm');
      await person.send({}, 'cancel');
      await person.isOn('device-done');
      app.clock.nextStep(NEXT_STEP_MS);
      expect(await refusal(pollAtOnce(tv, device.device_code))).to.equal('access_denied');
      expect(complaints).to.deep.equal([]);
    });
  }

  it('goes Back from the sign-in and on again without a dead end [U.4]', async () => {
    const device = await ask(tv);
    const { page } = await open({ locale: 'en-GB' });
    const person = createPerson(page);
    await person.open(String(device.verification_uri_complete));
    await person.send({}, 'look_up');
    await person.isOn('device-confirm');
    await person.send({}, 'confirm');
    await person.isOn('sign-in');
    await page.goBack();
    await person.isOn('sign-in');
    await signIn(person, 'app@open.test');
    await person.isOn('device-done');
  });

  it('has pages of a running server that all people can use [U.4]', async () => {
    const device = await ask(tv);
    const { page } = await open({ locale: 'en-GB', viewport: { width: 390, height: 844 } });
    const person = createPerson(page);
    const check = async () => {
      for (const find of [keyboardFaults, contrastFaults, axeFaults])
        expect(await find(page)).to.deep.equal([]);
    };
    await person.open(String(device.verification_uri_complete));
    await check();
    await page.reload();
    await person.send({}, 'look_up');
    await person.isOn('device-confirm');
    await check();
  });
});
