/** The page that sets an authenticator app up, in a browser: on a phone, on a desk, with a script and without. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type App, PASSWORD, standardConfig, startApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { axeFaults, keyboardFaults, overflow } from './accessibility.ts';
import { type Elsewhere, startElsewhere } from './other-origins.ts';
import { createPerson } from './person.ts';
import { createPhone } from './phone.ts';
import { windows } from './windows.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1280, height: 900 } };
const NARROW = { viewport: { width: 320, height: 640 } };
/** Screens of a phone, within which the field of the code ends. */
const SCREENS = 1.5;

describe('the page of an authenticator app, in a browser', function () {
  this.timeout(120_000);
  const tools = needs('chromium', 'oathtool', 'zbarimg');
  const camera = createPhone(tools);
  const open = windows(tools.chromium);
  let samples: PageServer;
  let elsewhere: Elsewhere;
  let app: App;

  before(async () => {
    samples = await startPageServer();
    elsewhere = await startElsewhere();
    const { clients } = standardConfig();
    const redirects = { redirect_uris: [elsewhere.redirectUri] };
    const config = { clients: clients.map((client) => ({ ...client, ...redirects })) };
    app = await startApp({ config, hostname: 'localhost' });
    await elsewhere.trust(app, 'rp');
  });
  after(async () => {
    await app?.stop();
    await elsewhere?.close();
    await samples?.close();
  });

  const sample = (name: string) => `${samples.origin}/interaction/sample/${name}`;

  /** A real set-up, whose QR code can be read. */
  async function begin(page: Page, name: string): Promise<void> {
    const person = createPerson(page);
    await person.open(elsewhere.start());
    await person.isOn('sign-in');
    await person.send({ email: name, password: PASSWORD }, 'sign_in');
    await person.isOn('set-up-totp');
  }

  for (const locale of ['en', 'nl'])
    for (const name of ['set-up-totp', 'set-up-totp-forced', 'set-up-totp-refused'])
      it(`has the field of the code within a screen and a half of a phone: ${name}, ${locale}`, async () => {
        const { page } = await open({ ...PHONE, locale });
        await page.goto(sample(name));
        const bottom: number = await page.evaluate(
          `scrollY + document.querySelector('#code').getBoundingClientRect().bottom`,
        );
        expect(bottom).to.be.below(SCREENS * PHONE.viewport.height);
      });

  it('offers the app of the phone before the QR code on a phone, and after it on a desk', async () => {
    for (const [options, first] of [
      [PHONE, 'A'],
      [DESK, 'IMG'],
    ] as const) {
      const { page } = await open(options);
      await page.goto(sample('set-up-totp'));
      const shown: string[] = await page.evaluate(
        `[...document.querySelectorAll('.pairing a, .pairing img')].filter((one) => one.checkVisibility())
          .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top).map((one) => one.tagName)`,
      );
      expect([shown.length, shown[0]]).to.deep.equal([2, first]);
    }
  });

  for (const options of [PHONE, DESK, NARROW])
    it(`enlarges the QR code on demand, without a script, ${options.viewport.width} pixels wide`, async () => {
      const { page } = await open({ ...options, javaScriptEnabled: false });
      await begin(page, 'new@strict.test');
      const image = page.locator('[data-mark=qr]');
      const width = async () => (await image.boundingBox())?.width ?? 0;
      const [before, address] = [await width(), page.url()];
      await page.locator('.larger summary').click();
      expect(await width()).to.be.above(1.2 * before);
      const secret = (await createPerson(page).mark('secret')).replaceAll(' ', '');
      const uri = new URL(camera.scan(await image.screenshot()));
      expect(uri.searchParams.get('secret')).to.equal(secret);
      expect(page.url()).to.equal(address);
      expect(address).not.to.include(secret);
    });

  for (const [policy, said] of [
    ['clipboard-write=(self)', 'data-copied'],
    ['clipboard-write=()', 'data-not-copied'],
  ] as const)
    it(`copies the key without its spaces, and tells whether it did, under ${policy}`, async () => {
      const { page, complaints } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
      await page.route('**/sample/set-up-totp', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'permissions-policy': policy } });
      });
      await page.goto(sample('set-up-totp'));
      await page.locator('[data-copy-key]').click();
      await page.locator(`[role=status][${said}]`).waitFor();
      expect(await page.locator('[role=status]:visible').count()).to.equal(1);
      if (said === 'data-not-copied') return;
      const copied = await page.evaluate('navigator.clipboard.readText()');
      expect([copied, complaints]).to.deep.equal(['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', []]);
    });

  it('has no button that does nothing without a script', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    await page.goto(sample('set-up-totp'));
    expect(await page.locator('[data-copy-key]').isVisible()).to.equal(false);
  });

  it('can be read and used with everything unfolded, in forced colours too [U.4]', async () => {
    for (const options of [{}, { forcedColors: 'active' }, { colorScheme: 'dark' }, NARROW] as const) {
      const { page } = await open({ locale: 'nl', ...options });
      await page.goto(sample('set-up-totp-forced'));
      for (const summary of await page.locator('main summary').all()) await summary.click();
      // The colours of forced ones are the system's own, which axe does not know.
      if (!('forcedColors' in options)) expect(await axeFaults(page)).to.deep.equal([]);
      expect(await keyboardFaults(page)).to.deep.equal([]);
      expect(await overflow(page)).to.be.at.most(0);
    }
  });
});
