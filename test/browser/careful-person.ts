/** A person whose every page axe looks at, and who presses buttons by the keyboard alone. */
import type { Page } from 'playwright-core';
import { axeFaults } from './accessibility.ts';
import { createPerson, type Person } from './person.ts';

/** More than any page has places to stop at. */
const MOST_STOPS = 80;

export interface CarefulPerson extends Person {
  /** The faults that axe found on the pages of `isOn`. */
  readonly faults: readonly string[];
  /** Goes to the element by Tab and presses a key there. */
  press(selector: string, key?: 'Enter' | 'Space'): Promise<void>;
}

export function createCarefulPerson(page: Page): CarefulPerson {
  const person = createPerson(page);
  const faults: string[] = [];
  return {
    ...person,
    faults,
    async isOn(name) {
      await person.isOn(name);
      faults.push(...(await axeFaults(page)).map((fault) => `${name}: ${fault}`));
    },
    async press(selector, key = 'Enter') {
      await tabTo(page, selector);
      await page.keyboard.press(key);
    },
  };
}

/** Moves the focus by Tab until it is on this element. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const target = page.locator(`${selector}:focus`);
  for (let stop = 0; stop < MOST_STOPS && (await target.count()) === 0; stop += 1) {
    await page.keyboard.press('Tab');
  }
  await target.waitFor();
}
