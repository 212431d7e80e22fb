/** Single pages in a browser: brands, focus, copying and printing. */
import { join } from 'node:path';
import { expect } from 'chai';
import { needs } from '../support/needs.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { sampleTenant } from '../support/pages/sample-tenants.ts';
import { contrastFaults } from './accessibility.ts';
import { NARROWEST } from './looks.ts';
import { windows } from './windows.ts';

/** Any image. */
const LOGO = join(import.meta.dirname, '../../docs/sign-in.png');

/** The element that the person needs first, by page. */
const FIRST: Readonly<Record<string, string>> = {
  'sign-in': '[name=email]',
  'sign-in-refused': '[name=password]',
  'sign-in-known': '[name=password]',
  'sign-in-passkey': '[name=email]',
  'sign-in-passkey-refused': '#alert',
  'enter-code': '#code',
  'enter-code-wrong': '#code',
  'enter-code-clock': '#code',
  'enter-code-recovery': '#code',
  'set-up-totp-refused': '#code',
  'use-passkey': '[name=confirm]',
  'use-passkey-refused': '#alert',
  'device-code': '[name=user_code]',
  'device-code-wrong': '[name=user_code]',
  'device-code-locked': '#alert',
  'error-locked': '#alert',
  'error-stopped': '#alert',
  'security-required': '#alert',
  'recovery-codes': '.done',
  'security-optional': '.done',
  password: '[name=current_password]',
  'password-wrong': '[name=current_password]',
  'password-common': '[name=password]',
  'password-done': '.done',
  'forgot-password': '[name=email]',
  'forgot-password-again': '#alert',
  'reset-password-short': '[name=password]',
  'error-unconfirmed-asked': '#alert',
  'error-unconfirmed-sent': '[role=status]',
};

describe('single pages, in a browser', function () {
  this.timeout(240_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server?.close());

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has enough contrast in any brand colour, ${colorScheme} [U.4]`, async () => {
      const { page } = await open({ colorScheme });
      const found: string[] = [];
      for (const colour of ['#ffffff', '#000000', '#808080', '#7a7a00', '#2b6cff']) {
        const branded = await startPageServer({ tenants: [sampleTenant({ brand: { logo: null, colour } })] });
        try {
          await page.goto(`${branded.origin}/interaction/sample/enter-code-email`);
          found.push(...(await contrastFaults(page)).map((fault) => `${colour}: ${fault}`));
        } finally {
          await branded.close();
        }
      }
      expect(found).to.deep.equal([]);
    });
  }

  it('draws a logo in its own proportions, on a light ground in dark mode', async () => {
    const tenant = sampleTenant({ brand: { logo: LOGO, colour: null } });
    const branded = await startPageServer({
      tenants: [tenant],
      show: (ctx, render) => render(ctx, 'signed-out', { clientName: null }, { tenantId: tenant.id }),
    });
    try {
      const { page } = await open({ colorScheme: 'dark', viewport: NARROWEST });
      await page.goto(`${branded.origin}/page`);
      const style = 'getComputedStyle(document.querySelector(".logo"))';
      expect(await page.evaluate(`${style}.objectFit`)).to.equal('contain');
      expect(await page.evaluate(`${style}.backgroundColor`)).to.equal('rgb(255, 255, 255)');
    } finally {
      await branded.close();
    }
  });

  for (const [policy, said] of [
    ['clipboard-write=(self)', 'data-copied'],
    ['clipboard-write=()', 'data-not-copied'],
  ] as const) {
    it(`tells whether the recovery codes were copied, under ${policy}`, async () => {
      const { page } = await open();
      await page.route('**/sample/recovery-codes', async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers(), 'permissions-policy': policy };
        await route.fulfill({ response, headers });
      });
      await page.goto(`${server.origin}/interaction/sample/recovery-codes`);
      await page.locator('[data-copy]').click();
      await page.locator(`[role=status][${said}]`).waitFor();
      expect(await page.locator('[role=status]:not(.done):visible').count()).to.equal(1);
    });
  }

  it('copies the recovery codes with the account that they are for', async () => {
    const { page } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${server.origin}/interaction/sample/recovery-codes`);
    await page.locator('[data-copy]').click();
    await page.locator('[role=status][data-copied]').waitFor();
    const copied: string = await page.evaluate('navigator.clipboard.readText()');
    const lines = copied.split('\n');
    expect(lines).to.have.lengthOf(15);
    expect(lines[0]).to.equal('Account: bob@acme.test');
    expect(lines.slice(1, 3)).to.deep.equal(['Workspace: Acme', 'Sign-in address: localhost:3000']);
    expect(lines[3]).to.match(/^Created on: \d{1,2} \w+ \d{4}$/);
    expect(lines.slice(5)).to.deep.equal(await page.locator('[data-mark=recovery-code]').allTextContents());
  });

  it('prints recovery codes without buttons and links', async () => {
    const { page } = await open();
    await page.goto(`${server.origin}/interaction/sample/recovery-codes`);
    await page.emulateMedia({ media: 'print' });
    const seen: string[] = await page.evaluate(
      `[...document.querySelectorAll('button, a, footer, code')].filter((one) => one.checkVisibility()).map((one) => one.tagName)`,
    );
    expect(seen).to.deep.equal(Array(10).fill('CODE'));
  });

  it('puts the focus on the first field or message [U.4]', async () => {
    const { page } = await open();
    for (const [name, selector] of Object.entries(FIRST)) {
      await page.goto(`${server.origin}/interaction/sample/${name}`);
      await page.locator(`${selector}:focus`).waitFor();
    }
  });
});
