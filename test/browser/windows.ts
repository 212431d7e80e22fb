/** Browser windows for tests: one Chromium for all the suites, and an ear for everything it complains about. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

export interface BrowserWindow {
  readonly page: Page;
  /** The errors of the browser, such as violations of a Content-Security-Policy. */
  readonly complaints: string[];
}

/** Below mocha's limit, so that the failure names what was waited for. */
const PATIENCE_MS = 30_000;

/** Chromium's word for every answer of 400 and more; a refused form is no fault, and a missing file is told apart. */
const REFUSED_ANSWER = 'Failed to load resource';

const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  console.error('violated ' + event.effectiveDirective + ': ' + event.blockedURI));`;

let running: Promise<Browser> | null = null;

// Mocha reads this file before any suite begins, so the hook is the root suite's: after all of them.
after(async () => {
  await (await running)?.close();
});

/** Called in a suite's `describe`; the windows of a test are closed after it. */
export function windows(chromiumPath: string): (options?: BrowserContextOptions) => Promise<BrowserWindow> {
  const opened: BrowserContext[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((context) => context.close()));
  });

  return async (options = {}) => {
    const window = await windowOf(chromiumPath, options);
    opened.push(window.page.context());
    return window;
  };
}

/** A window that the caller closes. */
export async function windowOf(chromiumPath: string, options: BrowserContextOptions): Promise<BrowserWindow> {
  running ??= launchChromium(chromiumPath);
  const context = await (await running).newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(REPORT_VIOLATIONS);
  const page = await context.newPage();
  return { page, complaints: listenTo(page) };
}

function listenTo(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isBad = ['error', 'warning'].includes(message.type());
    if (isBad && !message.text().startsWith(REFUSED_ANSWER)) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    const isPage = response.request().resourceType() === 'document';
    if (!isPage && response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  return complaints;
}
