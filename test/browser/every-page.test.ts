/** Every page of the product, as its samples show it: whom it lets in, which windows and settings it fits, what it may load. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { LOCALES } from '../../src/domain/account.ts';
import {
  axeFaults,
  contrastFaults,
  keyboardFaults,
  overflow,
  strongContrastFaults,
} from './accessibility.ts';
import { looks, NARROWEST, PHONE, type Question } from './looks.ts';

/** Letters of twice the size that browsers begin with, in CSS pixels (WCAG 2.2, 1.4.4). */
const LARGE_TEXT = 32;
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

/** The width of the column on the page of a signed-in person, by the width of the window, both in CSS pixels. */
const COLUMNS: readonly (readonly [width: number, column: number])[] = [
  [1200, 704],
  [390, 358],
];

const tooWide: Question = {
  viewport: NARROWEST,
  async find({ page }) {
    const narrow = await overflow(page);
    await page.setViewportSize({ ...NARROWEST, width: 2 * NARROWEST.width });
    const large = await withLargeText(page, () => overflow(page));
    return [narrow, large].some((pixels) => pixels > 0) ? [`${narrow} and ${large} pixels too wide`] : [];
  },
};

const cutOff: Question = {
  viewport: PHONE,
  find: ({ page }) =>
    withLargeText(page, async () => {
      const pixels = await overflow(page);
      const found: string[] = await page.evaluate(CUT);
      return [...found, ...(pixels > 0 ? [`${pixels} pixels too wide`] : [])];
    }),
};

const brokenWords: Question = {
  viewport: NARROWEST,
  async find({ page }) {
    const found: string[] = [];
    // Each width ends the lines at other words.
    for (let width = NARROWEST.width; width <= PHONE.width; width += 14) {
      await page.setViewportSize({ ...PHONE, width });
      found.push(...(await page.evaluate<string[]>(BROKEN)).map((text) => `${width} pixels: ${text}`));
    }
    return found;
  },
};

const missedByThumb: Question = {
  viewport: PHONE,
  find: async ({ page }) => [
    ...(await page.evaluate<string[]>(SMALL)),
    ...(await page.evaluate<string[]>(ALONE)),
  ],
};

const unevenlyWide: Question = {
  async find({ page }, { pageContext }) {
    if (pageContext.signedInAs === undefined || pageContext.console) return [];
    const found: string[] = [];
    for (const [width, column] of COLUMNS) {
      await page.setViewportSize({ width, height: 800 });
      const widths = await page.evaluate<number[]>(
        `[...document.querySelectorAll('body > :is(header, main, footer)')].map((one) => one.getBoundingClientRect().width)`,
      );
      found.push(...widths.filter((each) => each !== column).map((each) => `${each} pixels`));
    }
    return found;
  },
};

const keyboard: Question = { find: ({ page }) => keyboardFaults(page) };

const moving: Question = { find: ({ page }) => page.evaluate<string[]>(MOVING) };

const undrawn: Question = {
  settings: { forcedColors: 'active', colorScheme: 'dark' },
  find: ({ page }) => page.evaluate<string[]>(UNDRAWN),
};

/** The first of those that take the ornament of the page away. */
const inaccessible: Question = { viewport: NARROWEST, find: ({ page }) => axeFaults(page) };

const paleInDark: Question = { settings: { colorScheme: 'dark' }, find: ({ page }) => contrastFaults(page) };

function pale(colorScheme: 'light' | 'dark'): Question {
  return { settings: { contrast: 'more', colorScheme }, find: ({ page }) => strongContrastFaults(page) };
}

/** The complaints of the browser since the page was opened. */
const complaining: Question = { find: async ({ complaints }) => complaints.splice(0) };

async function withLargeText<T>(page: Page, act: () => Promise<T>): Promise<T> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Page.setFontSizes', { fontSizes: { standard: LARGE_TEXT, fixed: LARGE_TEXT } });
  const result = await act();
  await devTools.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } });
  await devTools.detach();
  return result;
}

describe('every page, in a browser', function () {
  // Some hundred and fifty pages in a test, on a machine that has other things to do.
  this.timeout(600_000);
  const en = looks({
    locale: 'en',
    mostOfPage: 5,
    questions: {
      moving,
      unevenlyWide,
      keyboard,
      brokenWords,
      undrawn,
      inaccessible,
      paleInDark,
      paleInLightForMore: pale('light'),
      paleInDarkForMore: pale('dark'),
      complaining,
    },
  });
  const nl = looks({ locale: 'nl', questions: { brokenWords, missedByThumb, tooWide, cutOff, complaining } });

  it('has no violation of axe [U.4]', async () => {
    expect(await en('inaccessible')).to.deep.equal([]);
  });

  it('has no violation of the content security policy, and no error in its scripts [U.4]', async () => {
    expect([...(await en('complaining')), ...(await nl('complaining'))]).to.deep.equal([]);
  });

  it('has enough contrast in dark mode [U.4]', async () => {
    expect(await en('paleInDark')).to.deep.equal([]);
  });

  it('can be used by keyboard, with a visible focus [U.4]', async () => {
    expect(await en('keyboard')).to.deep.equal([]);
  });

  it('fits a narrow phone and letters of twice the size [U.4]', async () => {
    expect(await nl('tooWide')).to.deep.equal([]);
  });

  it('cuts off no text on a phone with letters of twice the size [U.4]', async () => {
    expect(await nl('cutOff')).to.deep.equal([]);
  });

  for (const locale of LOCALES) {
    it(`ends no line within the word e-mail on a phone, in ${locale} [U.4]`, async () => {
      expect(await { en, nl }[locale]('brokenWords')).to.deep.equal([]);
    });
  }

  it('has controls that are large enough for a thumb [U.4]', async () => {
    expect(await nl('missedByThumb')).to.deep.equal([]);
  });

  it('with forced colours has a line around each control and message, and no ornament [U.4]', async () => {
    expect(await en('undrawn')).to.deep.equal([]);
  });

  it('for more contrast has seven to one everywhere, whatever the brand [U.4]', async () => {
    expect([...(await en('paleInLightForMore')), ...(await en('paleInDarkForMore'))]).to.deep.equal([]);
  });

  it('for less motion moves nothing [U.4]', async () => {
    expect(await en('moving')).to.deep.equal([]);
  });

  it('is as wide as every other page of an account, and so on a phone [U.4]', async () => {
    expect(await en('unevenlyWide')).to.deep.equal([]);
  });
});
