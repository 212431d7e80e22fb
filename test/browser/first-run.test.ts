/** The first hour with the product, as it is started by hand: every step in Chromium, with scripts and without. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { programs } from '../process/program.ts';
import { needs } from '../support/needs.ts';
import { createPerson, type Person } from './person.ts';
import { createPhone } from './phone.ts';
import { windows } from './windows.ts';

const SFA = 'https://refeds.org/profile/sfa';
const MFA = 'https://refeds.org/profile/mfa';

const BROWSERS = {
  'in Dutch and in the dark, with JavaScript': { locale: 'nl-NL', colorScheme: 'dark' },
  'in English on a phone, without JavaScript': {
    locale: 'en-GB',
    colorScheme: 'light',
    viewport: { width: 390, height: 844 },
    javaScriptEnabled: false,
  },
} as const;

const WORDS = {
  'nl-NL': { why: 'Onze klanten vertrouwen ons hun gegevens toe.', off: 'Tweestapsverificatie staat uit.' },
  'en-GB': { why: 'Our clients trust us with their records.', off: 'Two-step verification is turned off.' },
} as const;

describe('the first run, in a browser', function () {
  // A story is some twenty pages, on a machine that has other things to do.
  this.timeout(180_000);
  const tools = needs('chromium', 'oathtool', 'zbarimg');
  const phone = createPhone(tools);
  const open = windows(tools.chromium);
  const { start } = programs();

  /** Starts the demo and reads its address and the passwords from the terminal. */
  async function startDemo() {
    const program = await start({ config: null, command: ['npm', 'start'] });
    const { out } = program.output();
    const demo = /demo relying parties +(\S+)/.exec(out)?.[1] ?? '';
    const passwordOf = (email: string) => new RegExp(`${email} {2}(.+) {2}\\(`).exec(out)?.[1] ?? '';
    return { demo, passwordOf };
  }

  /** From the demo's page to where the password leads. */
  async function signIn(person: Person, demo: string, email: string, password: string): Promise<void> {
    await person.open(demo);
    await person.isOn('demo');
    await person.follow('/demo/start');
    await person.isOn('sign-in');
    await person.send({ email, password }, 'sign_in');
  }

  /** Points the camera at the screen; what it reads must be what the page says. */
  async function scanSecret(person: Person): Promise<string> {
    await person.isOn('set-up-totp');
    const uri = new URL(phone.scan(await person.page.screenshot({ fullPage: true })));
    const secret = uri.searchParams.get('secret') ?? '';
    expect(uri.href).to.match(/^otpauth:\/\/totp\/Doublelock:/);
    expect(uri.searchParams.get('issuer')).to.equal('Doublelock');
    expect(secret).to.equal((await person.mark('secret')).replaceAll(' ', ''));
    return secret;
  }

  /** A password alone sets nothing up: a code is mailed first, and read where the demo keeps its mail. */
  async function proveAddress(person: Person, demo: string, email: string): Promise<void> {
    await person.isOn('set-up-proof');
    await person.send({}, 'send');
    await person.page.locator('#code').waitFor();
    await person.send({ code: await mailedCode(person.page, demo, email) }, 'confirm');
  }

  async function putAwayCodes(person: Person): Promise<void> {
    await person.isOn('recovery-codes');
    expect(await person.page.locator('[data-mark="recovery-code"]').count()).to.equal(10);
    await person.send({}, 'saved');
  }

  async function allow(person: Person, acr: string, amr: string): Promise<void> {
    await person.isOn('consent');
    await person.send({}, 'allow');
    await person.isOn('demo-signed-in');
    expect(await person.claim('acr')).to.equal(acr);
    expect(await person.claim('amr')).to.equal(amr);
  }

  for (const [how, options] of Object.entries(BROWSERS)) {
    it(`makes a new colleague enrol an app, and asks for its code from then on, ${how} [0.4 1.1 1.3 1.4 4.6 B.5]`, async () => {
      const { demo, passwordOf } = await startDemo();
      const { page, complaints } = await open(options);
      const person = createPerson(page);
      const email = 'bram@kantoor.test';

      await signIn(person, demo, email, passwordOf(email));
      await person.isOn('set-up-proof');
      expect(await person.words())
        .to.include(WORDS[options.locale].why)
        .and.to.include('helpdesk@kantoor.test');
      await proveAddress(person, demo, email);
      const secret = await scanSecret(person);
      const typedAt = Date.now();
      const code = phone.code(secret);
      await person.send({ code: `${code.slice(0, 3)} ${code.slice(3)}` }, 'confirm');
      await putAwayCodes(person);
      await allow(person, MFA, 'pwd otp mfa');

      await person.follow('/demo/sign-out');
      await person.isOn('sign-out');
      await person.send({}, 'logout');
      await person.isOn('demo');

      await signIn(person, demo, email, passwordOf(email));
      await person.isOn('enter-code');
      await person.send({ code }, 'confirm');
      const refused = await page.locator('[role=alert][data-error]').getAttribute('data-error');
      // The code is wrong by now if the steps before took longer than its lifetime.
      expect(refused).to.be.oneOf(phone.isOver(typedAt) ? ['code_used', 'code_invalid'] : ['code_used']);
      await person.send({ code: phone.code(secret, 1) }, 'confirm');
      await allow(person, MFA, 'pwd otp mfa');
      expect(complaints).to.deep.equal([]);
    });

    it(`lets a person with optional enforcement step up, and turn the second factor off and on, ${how} [1.6 1.7 2.6 3.2 3.4 4.1 4.2 B.5]`, async () => {
      const { demo, passwordOf } = await startDemo();
      const { page, complaints } = await open(options);
      const person = createPerson(page);
      const email = 'bob@acme.test';

      await signIn(person, demo, email, passwordOf(email));
      await allow(person, SFA, 'pwd');
      await person.follow('/demo/step-up');
      await person.isOn('set-up-choose');
      await person.send({ method: 'totp' }, 'choose');
      await proveAddress(person, demo, email);
      await person.isOn('set-up-totp');
      const fields = { code: phone.code(await scanSecret(person)), app: 'Aegis', label: 'Grey phone' };
      await person.send(fields, 'confirm');
      await putAwayCodes(person);
      await allow(person, MFA, 'pwd otp mfa');

      await person.open(new URL('/account/security', demo).href);
      await person.isOn('security');
      expect(await person.words()).to.include('Grey phone');
      const other = options.locale === 'nl-NL' ? 'en' : 'nl';
      for (const language of [other, options.locale.slice(0, 2)]) {
        await page.locator(`button[name=locale][value=${language}]`).click();
        await page.locator(`html[lang=${language}] body[data-page=security]`).waitFor();
      }
      await person.send({}, 'turn-off');
      await person.isOn('confirm-removal');
      await person.send({}, 'confirm');
      await page.getByText(WORDS[options.locale].off).waitFor();

      await page.locator('button[name=set-up][value=totp]').click();
      await proveAddress(person, demo, email);
      await person.isOn('set-up-totp');
      const typedByHand = await person.mark('secret');
      await person.send({ code: phone.code(typedByHand) }, 'confirm');
      await putAwayCodes(person);
      await page.locator('body[data-page=security] [role=status]').waitFor();
      await person.follow('/session/end');
      await person.isOn('sign-out');
      await person.send({}, 'logout');
      await person.isOn('signed-out');

      await signIn(person, demo, email, passwordOf(email));
      await person.isOn('enter-code');
      await person.send({ code: phone.code(typedByHand, 1) }, 'confirm');
      await allow(person, MFA, 'pwd otp mfa');
      expect(complaints).to.deep.equal([]);
    });
  }
});

/** Gives the code in the newest mail to this address. */
async function mailedCode(page: Page, demo: string, email: string): Promise<string> {
  const outbox = await page.request.get(new URL('/dev/outbox.json', demo).href);
  const messages: { to: string; text: string }[] = await outbox.json();
  const newest = messages.find(({ to }) => to === email);
  return /\b\d{6}\b/.exec(newest?.text ?? '')?.[0] ?? '';
}
