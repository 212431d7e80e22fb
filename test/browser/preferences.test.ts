/** Single pages for people who have set their system up, and on paper. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { needs } from '../support/needs.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { keyboardFaults } from './accessibility.ts';
import { addressOf } from './looks.ts';
import { windows } from './windows.ts';

const look = (page: Page, selector: string, property: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);

describe('the settings of a person, in a browser', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server?.close());

  it('with forced colours tells a chosen method, a closed lock, a refused field and the current page apart [U.4]', async () => {
    const { page } = await open({ forcedColors: 'active', colorScheme: 'dark' });
    await page.goto(addressOf(server, 'choose-method'));
    const [chosen, other] = ['.choice:has(:checked)', '.choice:not(:has(:checked))'];
    expect(await look(page, chosen, 'borderTopColor')).not.to.equal(
      await look(page, other, 'borderTopColor'),
    );
    expect(await look(page, chosen, 'outlineStyle')).to.equal('solid');
    const [closed, unlocked] = ['.locks i:first-child', '.locks i:last-child'];
    expect(await look(page, closed, 'backgroundColor')).not.to.equal(
      await look(page, unlocked, 'backgroundColor'),
    );
    await page.goto(addressOf(server, 'enter-code-wrong'));
    expect(await look(page, '#code', 'borderTopStyle')).to.equal('double');
    await page.goto(addressOf(server, 'account'));
    const [here, there] = ['nav a[aria-current]', 'nav a:not([aria-current])'];
    expect(await look(page, here, 'borderBottomStyle')).to.equal('solid');
    expect(await look(page, there, 'borderBottomStyle')).to.equal('none');
  });

  it('with forced colours leaves a QR code dark on light, for cameras [U.4]', async () => {
    const { page } = await open({ forcedColors: 'active', colorScheme: 'dark' });
    await page.goto(addressOf(server, 'set-up-totp'));
    expect(await look(page, 'body', 'backgroundColor')).to.equal('rgb(0, 0, 0)');
    expect(await look(page, '[data-mark=qr]', 'backgroundColor')).to.equal('rgb(255, 255, 255)');
  });

  it('with forced colours shows where the keyboard is [U.4]', async () => {
    const { page } = await open({ forcedColors: 'active' });
    const names = [
      'sign-in-known',
      'choose-method',
      'enter-code-email',
      'set-up-sms-sent',
      'security-optional',
    ];
    for (const name of names) {
      await page.goto(addressOf(server, name));
      expect(await keyboardFaults(page), name).to.deep.equal([]);
    }
  });

  it('do not reach paper, where nothing is pressed and no ornament is drawn', async () => {
    const { page } = await open({ forcedColors: 'active', contrast: 'more' });
    await page.goto(addressOf(server, 'recovery-codes'));
    await page.emulateMedia({ media: 'print', forcedColors: 'active', contrast: 'more' });
    const seen: string[] = await page.evaluate(
      `[...document.querySelectorAll('button, a, footer, .arches, code')].filter((one) => one.checkVisibility()).map((one) => one.tagName)`,
    );
    expect(seen).to.deep.equal(Array(10).fill('CODE'));
  });
});
