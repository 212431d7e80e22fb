/** A person's actions in a browser window, by the names of the fields, buttons and links. */
import type { Page } from 'playwright-core';

export interface Person {
  readonly page: Page;
  /** Waits until the page of this `data-page` is there. Rejects with where the person is instead. */
  isOn(page: string): Promise<void>;
  open(address: string): Promise<void>;
  /** Types into fields and presses a button of the page. */
  send(fields: Readonly<Record<string, string>>, button: string): Promise<void>;
  /** Chooses the first link whose address ends so. */
  follow(ending: string): Promise<void>;
  /** The text of the only `data-mark` of this name. */
  mark(name: string): Promise<string>;
  /** Gives a claim that the demo's relying party received. */
  claim(name: string): Promise<string>;
  /** Gives the text of the page in one line. */
  words(): Promise<string>;
}

export function createPerson(page: Page): Person {
  const textOf = async (selector: string) =>
    (await page.locator(selector).innerText()).replace(/\s+/g, ' ').trim();

  async function whereabouts(): Promise<string> {
    const name = await page.locator('body').getAttribute('data-page');
    const errors = await page.locator('[data-error]').evaluateAll((all) => all.map((one) => one.outerHTML));
    return `on "${name}" (${page.url()}) ${errors.join(' ')}`;
  }

  return {
    page,
    async isOn(name) {
      try {
        await page.locator(`body[data-page="${name}"]`).waitFor({ state: 'attached' });
      } catch (error) {
        throw new Error(`not on "${name}" but ${await whereabouts()}`, { cause: error });
      }
      await page.waitForLoadState();
    },
    async open(address) {
      await page.goto(address);
    },
    async send(fields, button) {
      for (const [name, value] of Object.entries(fields)) {
        const field = page.locator(`main [name="${name}"]:not([type=hidden])`).first();
        const named = page.locator(`[name="${name}"]`);
        const folded = page.locator('details:not([open])').filter({ has: named });
        if ((await folded.count()) > 0) await folded.locator('summary').click();
        if ((await field.getAttribute('type')) === 'radio')
          await page.check(`[name="${name}"][value="${value}"]`);
        else if ((await field.evaluate((one) => one.tagName)) === 'SELECT') await field.selectOption(value);
        else await field.fill(value);
      }
      await page.locator(`button[name="${button}"]`).first().click();
    },
    async follow(ending) {
      await page.locator(`a[href$="${ending}"]`).first().click();
    },
    mark: (name) => textOf(`[data-mark="${name}"]`),
    claim: (name) => textOf(`[data-claim="${name}"]`),
    words: () => textOf('main'),
  };
}
