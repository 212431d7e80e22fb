/** The faults that axe and the keyboard find on the page of a window, one line each. */
import axe, { type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * axe can't see through the ornament behind the page, nor past the arrow in a select. The ground takes the tint that
 * the ornament has where its two rings cross, which is the least contrast there can be; the arrow goes. A page
 * without the ornament, such as a mail, stays as it is.
 */
const PLAIN_GROUND = `(() => {
  const ornament = document.querySelector('.arches');
  if (ornament === null) return;
  ornament.remove();
  document.documentElement.style.background = 'var(--paper)';
  for (const layer of document.querySelectorAll('body, header, main, footer')) layer.style.background = 'var(--arch)';
  for (const select of document.querySelectorAll('select')) select.style.backgroundImage = 'none';
})()`;

const RUN_AXE = `axe.run(document, OPTIONS).then(({ violations, incomplete }) => [
  ...violations,
  // An empty field has no letters to measure.
  ...incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter(({ html }) => !html.startsWith('<input')) })),
].flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`;

/** Every rule of axe, its best practices included, whatever the impact; what it could not decide counts as well. */
export function axeFaults(page: Page): Promise<string[]> {
  return runAxe(page, {});
}

/** The rule for people who ask for more contrast (WCAG 2.2, 1.4.6). */
export function strongContrastFaults(page: Page): Promise<string[]> {
  return runAxe(page, {
    runOnly: ['color-contrast-enhanced'],
    rules: { 'color-contrast-enhanced': { enabled: true } },
  });
}

/** The one rule that depends on the colour scheme. */
export function contrastFaults(page: Page): Promise<string[]> {
  return runAxe(page, { runOnly: ['color-contrast'] });
}

async function runAxe(page: Page, options: RunOptions): Promise<string[]> {
  await page.evaluate(axe.source);
  await page.evaluate(PLAIN_GROUND);
  // A frame is another page, and looked at as such.
  const rules = { 'frame-tested': { enabled: false } };
  const all: RunOptions = { resultTypes: ['violations', 'incomplete'], iframes: false, rules, ...options };
  return page.evaluate(RUN_AXE.replace('OPTIONS', JSON.stringify(all)));
}

/** Describes the focused element by its own tag. */
const DESCRIBE_FOCUS = `(() => {
  const { activeElement: at } = document;
  if (!at || at === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { top, bottom, width } = at.getBoundingClientRect();
  return {
    tag: at.cloneNode(false).outerHTML,
    isMarked: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    isInSight: width > 0 && bottom > 0 && top < innerHeight,
  };
})()`;

/** Unfolds every `details` element, so that the keyboard reaches its contents. */
const UNFOLD = `for (const one of document.querySelectorAll('details')) one.open = true`;

/** The operable elements that this window shows; in a group of choices Tab reaches one, and the arrow keys reach the others. */
const OPERABLE = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((one) => one.checkVisibility() && one.type !== 'hidden' && (one.type !== 'radio' || one.checked))
  .map((one) => one.cloneNode(false).outerHTML)`;

interface Focus {
  readonly tag: string;
  readonly isMarked: boolean;
  readonly isInSight: boolean;
}

/** Gives the focused element; null when the page as a whole has the focus. */
function focusOf(page: Page): Promise<Focus | null> {
  return page.evaluate(DESCRIBE_FOCUS);
}

/** Goes once round the page by Tab: what it does not reach, and where one can't see where one is. */
export async function keyboardFaults(page: Page): Promise<string[]> {
  await page.evaluate(UNFOLD);
  const operable: string[] = await page.evaluate(OPERABLE);
  const reached: Focus[] = [];
  // Once more than there are stops, for the one at the window's own edge.
  for (let step = 0; step <= operable.length + 1; step += 1) {
    await page.keyboard.press('Tab');
    const focus = await focusOf(page);
    if (focus !== null) reached.push(focus);
  }
  const missed = operable.filter((tag) => !reached.some((focus) => focus.tag === tag));
  return [
    ...missed.map((tag) => `out of reach: ${tag}`),
    ...reached.filter(({ isMarked }) => !isMarked).map(({ tag }) => `not marked: ${tag}`),
    ...reached.filter(({ isInSight }) => !isInSight).map(({ tag }) => `out of sight: ${tag}`),
  ];
}

/** How many CSS pixels of the page stand beyond the window's right edge. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
