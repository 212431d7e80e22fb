/** Every page for people who have set their system up: forced colours, more contrast, less motion. And on paper. */
import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { needs } from '../support/needs.ts';
import type { Sample } from '../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { keyboardFaults, strongContrastFaults } from './accessibility.ts';
import { windows } from './windows.ts';

/** Buttons, fields and choices that no line encloses, and ornaments that are still drawn. */
const UNDRAWN = `(() => {
  const isDrawn = (one) => {
    const { borderTopStyle, borderTopWidth } = getComputedStyle(one);
    return borderTopStyle !== 'none' && parseFloat(borderTopWidth) > 0;
  };
  const boxes = 'main :is(button, .button):not(.quiet), main :is(input:not([type=hidden], [type=radio], [type=checkbox]), select), .choice, .card, .notice, .done, [role=alert], .monogram, .locks i';
  const bare = [...document.querySelectorAll(boxes)].filter((one) => one.checkVisibility() && !isDrawn(one));
  const ornaments = [...document.querySelectorAll('.arches')].filter((one) => one.checkVisibility());
  return [...bare, ...ornaments].map((one) => one.cloneNode(false).outerHTML);
})()`;

/** Elements that move. */
const MOVING = `[...document.querySelectorAll('*')]
  .flatMap((one) => [getComputedStyle(one), getComputedStyle(one, '::before'), getComputedStyle(one, '::after')].map((style) => [one, style]))
  .filter(([, style]) => style.animationName !== 'none' || style.transitionDuration.split(', ').some((time) => parseFloat(time) > 0) || style.scrollBehavior === 'smooth')
  .map(([one]) => one.cloneNode(false).outerHTML)`;

const look = (page: Page, selector: string, property: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);

type Find = (page: Page) => Promise<readonly string[]>;

describe('the settings of a person, in a browser', function () {
  // Some eighty pages in a test, on a machine that has other things to do.
  this.timeout(240_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server?.close());

  const addressOf = (name: string) => `${server.origin}/interaction/sample/${name}`;

  async function findOnEach(
    options: BrowserContextOptions,
    find: Find,
    samples: readonly Sample[] = PAGE_SAMPLES,
  ): Promise<readonly string[]> {
    const { page } = await open(options);
    // Without it the page would leave before the test has looked at it.
    await page.route('**/self-submit.*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: '' }),
    );
    const found: string[] = [];
    for (const { name } of samples) {
      await page.goto(addressOf(name));
      found.push(...(await find(page)).map((fault) => `${name}: ${fault}`));
    }
    return found;
  }

  it('with forced colours has a line around each control and message, and no ornament [U.4]', async () => {
    const find: Find = (page) => page.evaluate<string[]>(UNDRAWN);
    expect(await findOnEach({ forcedColors: 'active', colorScheme: 'dark' }, find)).to.deep.equal([]);
  });

  it('with forced colours tells a chosen method, a closed lock, a refused field and the current page apart [U.4]', async () => {
    const { page } = await open({ forcedColors: 'active', colorScheme: 'dark' });
    await page.goto(addressOf('choose-method'));
    const [chosen, other] = ['.choice:has(:checked)', '.choice:not(:has(:checked))'];
    expect(await look(page, chosen, 'borderTopColor')).not.to.equal(
      await look(page, other, 'borderTopColor'),
    );
    expect(await look(page, chosen, 'outlineStyle')).to.equal('solid');
    const [closed, unlocked] = ['.locks i:first-child', '.locks i:last-child'];
    expect(await look(page, closed, 'backgroundColor')).not.to.equal(
      await look(page, unlocked, 'backgroundColor'),
    );
    await page.goto(addressOf('enter-code-wrong'));
    expect(await look(page, '#code', 'borderTopStyle')).to.equal('double');
    await page.goto(addressOf('account'));
    const [here, there] = ['nav a[aria-current]', 'nav a:not([aria-current])'];
    expect(await look(page, here, 'borderBottomStyle')).to.equal('solid');
    expect(await look(page, there, 'borderBottomStyle')).to.equal('none');
  });

  it('with forced colours leaves a QR code dark on light, for cameras [U.4]', async () => {
    const { page } = await open({ forcedColors: 'active', colorScheme: 'dark' });
    await page.goto(addressOf('set-up-totp'));
    expect(await look(page, 'body', 'backgroundColor')).to.equal('rgb(0, 0, 0)');
    expect(await look(page, '[data-mark=qr]', 'backgroundColor')).to.equal('rgb(255, 255, 255)');
  });

  it('with forced colours shows where the keyboard is [U.4]', async () => {
    const few = PAGE_SAMPLES.filter(({ name }) =>
      ['sign-in-known', 'choose-method', 'enter-code-email', 'set-up-sms-sent', 'security-optional'].includes(
        name,
      ),
    );
    expect(await findOnEach({ forcedColors: 'active' }, keyboardFaults, few)).to.deep.equal([]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`for more contrast has seven to one everywhere, ${colorScheme}, whatever the brand [U.4]`, async () => {
      const options = { contrast: 'more', colorScheme } as const;
      expect(await findOnEach(options, strongContrastFaults)).to.deep.equal([]);
    });
  }

  it('for less motion moves nothing [U.4]', async () => {
    const find: Find = (page) => page.evaluate<string[]>(MOVING);
    expect(await findOnEach({ reducedMotion: 'reduce' }, find)).to.deep.equal([]);
  });

  it('are all that changes: every page of an account is equally wide, and so on a phone [U.4]', async () => {
    const own = PAGE_SAMPLES.filter(({ pageContext }) => pageContext.signedInAs !== undefined);
    expect(own.map(({ page }) => page)).to.include.members([
      'account',
      'security',
      'set-up-totp',
      'set-up-email',
    ]);
    for (const [width, columns] of [
      [1200, 704],
      [390, 358],
    ] as const) {
      const find: Find = async (page) => {
        const widths = await page.evaluate<number[]>(
          `[...document.querySelectorAll('body > :is(header, main, footer)')].map((one) => one.getBoundingClientRect().width)`,
        );
        return widths.filter((each) => each !== columns).map((each) => `${each} pixels`);
      };
      expect(await findOnEach({ viewport: { width, height: 800 } }, find, own)).to.deep.equal([]);
    }
  });

  it('do not reach paper, where nothing is pressed and no ornament is drawn', async () => {
    const { page } = await open({ forcedColors: 'active', contrast: 'more' });
    await page.goto(addressOf('recovery-codes'));
    await page.emulateMedia({ media: 'print', forcedColors: 'active', contrast: 'more' });
    const seen: string[] = await page.evaluate(
      `[...document.querySelectorAll('button, a, footer, .arches, code')].filter((one) => one.checkVisibility()).map((one) => one.tagName)`,
    );
    expect(seen).to.deep.equal(Array(10).fill('CODE'));
  });
});
