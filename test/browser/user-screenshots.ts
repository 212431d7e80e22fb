/** npm run screenshots: draws the pictures of docs/users from the sample pages, in both languages. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { LOCALES } from '../../src/domain/account.ts';
import { findTool } from '../support/needs.ts';
import { startPageServer } from '../support/pages/page-server.ts';
import { launchChromium } from './chromium.ts';

const FOLDER = join(import.meta.dirname, '../../docs/users/images');
/** The samples that the texts show. */
const SHOWN = ['set-up-totp', 'recovery-codes', 'enter-code', 'choose-method'];
const WINDOW = { width: 390, height: 760 };

async function draw(browser: Browser, origin: string, locale: string): Promise<void> {
  const context = await browser.newContext({ locale, viewport: WINDOW, colorScheme: 'light' });
  const page = await context.newPage();
  for (const name of SHOWN) {
    await page.goto(`${origin}/interaction/sample/${name}`);
    await page.locator('footer').evaluate((footer) => footer.remove());
    const png = await page.screenshot({ fullPage: false });
    writeFileSync(join(FOLDER, `${locale}-${name}.png`), png);
  }
  await context.close();
}

const chromium = findTool('chromium', process.env);
if (chromium === null) throw new Error('needs chromium: apt-get install chromium');
const server = await startPageServer({ isDevelopment: false });
const browser = await launchChromium(chromium);
try {
  mkdirSync(FOLDER, { recursive: true });
  for (const locale of LOCALES) await draw(browser, server.origin, locale);
} finally {
  await browser.close();
  await server.close();
}
