/** Every page of the product, as its samples show it: whom it lets in, which windows it fits, what it may load. */
import { join } from 'node:path';
import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { LOCALES } from '../../src/domain/account.ts';
import { needs } from '../support/needs.ts';
import type { Sample } from '../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { sampleTenant } from '../support/pages/sample-tenants.ts';
import { axeFaults, contrastFaults, keyboardFaults, overflow } from './accessibility.ts';
import { windows } from './windows.ts';

/** The narrowest window that a page must fit, in CSS pixels (WCAG 2.2, 1.4.10). */
const NARROWEST = { width: 320, height: 640 };
/** Letters of twice the size that browsers begin with, in CSS pixels (WCAG 2.2, 1.4.4). */
const LARGE_TEXT = 32;
/** A phone of today: with large letters too nothing may be cut off on it. */
const PHONE = { width: 390, height: 760 };
/** The least size of a touch target, in CSS pixels (WCAG 2.2, 2.5.5). */
const THUMB = 44;

/** Controls that a thumb may miss; words in the midst of a sentence are let off. */
const SMALL = `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
  .filter((one) => !one.matches('.skip') && getComputedStyle(one).display !== 'inline')
  .map((one) => [one.cloneNode(false).outerHTML, (one.closest('label') ?? one).getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 0 && (width < ${THUMB} || height < ${THUMB}))
  .map(([tag, { width, height }]) => tag + ' ' + width + ' x ' + height)`;

/** A link alone in its line is a control of its own. */
const ALONE = `[...document.querySelectorAll('main p > a:only-child, main li > a:only-child')]
  .filter((one) => one.parentElement.textContent.trim() === one.textContent.trim())
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < ${THUMB})
  .map((one) => one.cloneNode(false).outerHTML)`;

/** Words that stand beyond their own box. */
const CUT = `[...document.querySelectorAll('main :is(button, .button, label, p, li, h1, h2, code, dd, summary)')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
  .map((one) => one.cloneNode(false).outerHTML)`;

/** Each "e-mail" in which a line ends, with the text around it. */
const BROKEN = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode } = walker;
    for (const { index } of currentNode.data.matchAll(/e-mail/gi)) {
      const range = document.createRange();
      range.setStart(currentNode, index);
      range.setEnd(currentNode, index + 6);
      if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(currentNode.data);
    }
  }
  return found;
})()`;

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

type Find = (page: Page) => Promise<readonly string[]>;

describe('every page, in a browser', function () {
  // Some forty pages in a test, on a machine that has other things to do.
  this.timeout(240_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server?.close());

  /** The faults of these samples, each after the name of its sample, looked at in one window. */
  async function findInWindow(samples: readonly Sample[], options: BrowserContextOptions, find: Find) {
    const { page, complaints } = await open(options);
    // Without it the page would leave before the test has looked at it.
    await page.route('**/self-submit.*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: '' }),
    );
    const found: string[] = [];
    for (const { name } of samples) {
      await page.goto(`${server.origin}/interaction/sample/${name}`);
      found.push(...[...(await find(page)), ...complaints.splice(0)].map((fault) => `${name}: ${fault}`));
    }
    return found;
  }

  /** The faults of every sample. Two windows share the work: each has a process of its own in Chromium. */
  async function findOnEach(options: BrowserContextOptions, find: Find): Promise<readonly string[]> {
    const halves = [0, 1].map((half) => PAGE_SAMPLES.filter((_, index) => index % 2 === half));
    return (await Promise.all(halves.map((samples) => findInWindow(samples, options, find)))).flat();
  }

  it('has no violation of axe or of the content security policy [U.4]', async () => {
    const look = { colorScheme: 'light', locale: 'en', viewport: NARROWEST } as const;
    expect(await findOnEach(look, axeFaults)).to.deep.equal([]);
  });

  it('has enough contrast in dark mode [U.4]', async () => {
    expect(await findOnEach({ colorScheme: 'dark', locale: 'nl' }, contrastFaults)).to.deep.equal([]);
  });

  it('can be used by keyboard, with a visible focus [U.4]', async () => {
    expect(await findOnEach({ locale: 'en' }, keyboardFaults)).to.deep.equal([]);
  });

  it('fits a narrow phone and letters of twice the size [U.4]', async () => {
    const tooWide = async (page: Page) => {
      const narrow = await overflow(page);
      const devTools = await page.context().newCDPSession(page);
      await page.setViewportSize({ ...NARROWEST, width: 2 * NARROWEST.width });
      await devTools.send('Page.setFontSizes', {
        fontSizes: { standard: LARGE_TEXT, fixed: LARGE_TEXT },
      });
      const large = await overflow(page);
      await devTools.detach();
      await page.setViewportSize(NARROWEST);
      return [narrow, large].some((pixels) => pixels > 0) ? [`${narrow} and ${large} pixels too wide`] : [];
    };
    expect(await findOnEach({ locale: 'nl', viewport: NARROWEST }, tooWide)).to.deep.equal([]);
  });

  it('cuts off no text on a phone with letters of twice the size [U.4]', async () => {
    const cut = async (page: Page): Promise<string[]> => {
      const devTools = await page.context().newCDPSession(page);
      await devTools.send('Page.setFontSizes', {
        fontSizes: { standard: LARGE_TEXT, fixed: LARGE_TEXT },
      });
      const pixels = await overflow(page);
      const found: string[] = await page.evaluate(CUT);
      await devTools.detach();
      return [...found, ...(pixels > 0 ? [`${pixels} pixels too wide`] : [])];
    };
    expect(await findOnEach({ locale: 'nl', viewport: PHONE }, cut)).to.deep.equal([]);
  });

  for (const locale of LOCALES) {
    it(`ends no line within the word e-mail on a phone, in ${locale} [U.4]`, async () => {
      const broken = async (page: Page): Promise<string[]> => {
        const found: string[] = [];
        // Each width ends the lines at other words.
        for (let width = NARROWEST.width; width <= PHONE.width; width += 14) {
          await page.setViewportSize({ ...PHONE, width });
          found.push(...(await page.evaluate<string[]>(BROKEN)).map((text) => `${width} pixels: ${text}`));
        }
        return found;
      };
      expect(await findOnEach({ locale, viewport: PHONE }, broken)).to.deep.equal([]);
    });
  }

  it('has controls that are large enough for a thumb [U.4]', async () => {
    const missed = async (page: Page): Promise<string[]> => [
      ...(await page.evaluate<string[]>(SMALL)),
      ...(await page.evaluate<string[]>(ALONE)),
    ];
    expect(await findOnEach({ locale: 'nl', viewport: PHONE }, missed)).to.deep.equal([]);
  });

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
