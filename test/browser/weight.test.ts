/** The bytes that a browser fetches for a page that it sees for the first time. */
import { expect } from 'chai';
import { needs } from '../support/needs.ts';
import type { Sample } from '../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { addressOf, sharesOf, stay } from './looks.ts';
import { windows } from './windows.ts';

/** Bytes, with styles, scripts and images. A phone with a weak signal gets them within a second or two. */
const MOST_BYTES = 60_000;

/** The answer to a request for a foreign host has its style within: no file can be fetched from there. */
const SELF_CONTAINED = 'error-misdirected';

/** The bytes of the page and its files, with their headers. */
const TRANSFERRED = `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, { transferSize }) => sum + transferSize, 0)`;

describe('the weight of a page, in a browser', function () {
  this.timeout(240_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server?.close());

  it('is at most 60 kB, for every page of this host [U.4]', async () => {
    const heavy: string[] = [];
    let most = 0;

    async function weigh(samples: readonly Sample[]): Promise<void> {
      const { page } = await open({ locale: 'nl' });
      await stay(page);
      const devTools = await page.context().newCDPSession(page);
      await devTools.send('Network.setCacheDisabled', { cacheDisabled: true });
      for (const { name } of samples) {
        await page.goto(addressOf(server, name), { waitUntil: 'load' });
        const bytes = Number(await page.evaluate(TRANSFERRED));
        most = Math.max(most, bytes);
        if (bytes > MOST_BYTES) heavy.push(`${name}: ${bytes} bytes`);
      }
    }

    const weighed = PAGE_SAMPLES.filter(({ name }) => name !== SELF_CONTAINED);
    await Promise.all(sharesOf(weighed).map(weigh));
    expect(heavy).to.deep.equal([]);
    expect(most, 'the cache is off').to.be.greaterThan(10_000);
  });
});
