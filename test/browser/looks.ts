/**
 * Looks at the sample of every page once in each language, and answers several questions about it there. A page takes
 * longer to open than most questions take.
 */
import type { Page } from 'playwright-core';
import type { Locale } from '../../src/domain/account.ts';
import { needs } from '../support/needs.ts';
import type { Sample } from '../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { type BrowserWindow, windowOf } from './windows.ts';

type Settings = Parameters<Page['emulateMedia']>[0];

export interface Question {
  /** The settings of the system, beside `USUAL`. */
  readonly settings?: Settings;
  /** Default: a desk. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Gives the faults of the page, one line each. It leaves the page as it found it, but for the size of the window. */
  readonly find: (window: BrowserWindow, sample: Sample) => Promise<readonly string[]>;
}
type Questions = Readonly<Record<string, Question>>;

/** CSS pixels of the narrowest window that a page must fit (WCAG 2.2, 1.4.10). */
export const NARROWEST = { width: 320, height: 640 };
/** A phone of today: with large letters too nothing may be cut off on it. */
export const PHONE = { width: 390, height: 760 };
const DESK = { width: 1280, height: 720 };

/** Colours change at once: a question would meet them half-way otherwise. */
const USUAL = { colorScheme: 'light', contrast: null, forcedColors: null, reducedMotion: 'reduce' } as const;

/** Windows that share the work: each has a process of its own in Chromium. */
const WINDOWS = 2;

interface Look {
  readonly locale: Locale;
  /** In the order in which they are asked. */
  readonly questions: Questions;
  /** The samples of one page that are looked at. Default: all. Further ones differ in their words alone. */
  readonly mostOfPage?: number;
}

/** For the `describe` of a suite. Gives the faults that a question has found, each after the name of its sample. */
export function looks<Name extends string>(
  look: Look & { readonly questions: Readonly<Record<Name, Question>> },
): (name: Name) => Promise<readonly string[]> {
  const { chromium } = needs('chromium');
  let found: Promise<ReadonlyMap<string, readonly string[]>> | null = null;
  return async (name) => {
    found ??= lookAtAll(chromium, look);
    return (await found).get(name) ?? [];
  };
}

async function lookAtAll(chromium: string, look: Look): Promise<ReadonlyMap<string, readonly string[]>> {
  const server = await startPageServer();
  try {
    const found = await Promise.all(
      sharesOf(firstOfEachPage(look.mostOfPage)).map((samples) =>
        lookAtSome({ server, chromium }, look, samples),
      ),
    );
    return new Map(
      Object.keys(look.questions).map((name) => [name, found.flatMap((each) => each.get(name) ?? [])]),
    );
  } finally {
    await server.close();
  }
}

async function lookAtSome(
  { server, chromium }: { readonly server: PageServer; readonly chromium: string },
  { locale, questions }: Look,
  samples: readonly Sample[],
) {
  const window = await windowOf(chromium, { locale, viewport: DESK });
  const { page } = window;
  await stay(page);
  let settings = '';
  let size = '';
  const found = new Map<string, string[]>(Object.keys(questions).map((name) => [name, []]));
  for (const sample of samples) {
    await page.goto(addressOf(server, sample.name));
    for (const [name, question] of Object.entries(questions)) {
      const [wanted, viewport] = [{ ...USUAL, ...question.settings }, question.viewport ?? DESK];
      if (size !== JSON.stringify(viewport)) await page.setViewportSize(viewport);
      if (settings !== JSON.stringify(wanted)) await emulate(page, wanted);
      settings = JSON.stringify(wanted);
      const faults = await question.find(window, sample);
      // A question may try several widths.
      size = JSON.stringify(page.viewportSize());
      found.get(name)?.push(...faults.map((fault) => `${sample.name}: ${fault}`));
    }
  }
  await page.context().close();
  return found;
}

function firstOfEachPage(most = Number.POSITIVE_INFINITY): readonly Sample[] {
  const byPage = Map.groupBy(PAGE_SAMPLES, ({ page }) => page);
  return [...byPage.values()].flatMap((samples) => samples.slice(0, most));
}

/** The samples of each window. */
export function sharesOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  return Array.from({ length: WINDOWS }, (_, share) =>
    samples.filter((_each, index) => index % WINDOWS === share),
  );
}

/** Two frames, and what still moves then. */
const SETTLED = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))
  .then(() => true)`;

/** Sets what a person would set in the system, and waits until the page has its new colours. */
async function emulate(page: Page, settings: Settings): Promise<void> {
  await page.emulateMedia(settings);
  await page.evaluate(SETTLED);
}

/** Pages that submit themselves would leave before the test has looked at them. */
export async function stay(page: Page): Promise<void> {
  await page.route('**/self-submit.*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  );
}

export function addressOf({ origin }: PageServer, name: string): string {
  return `${origin}/interaction/sample/${name}`;
}
