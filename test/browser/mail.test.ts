/** Letters as a mail program shows them, and the page of the outbox that has one in a frame. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { LOCALES } from '../../src/domain/account.ts';
import { createMessageWriter } from '../../src/messages/templates.ts';
import { MESSAGE_ISSUER, MESSAGE_NOW, MESSAGE_TEMPLATES } from '../support/delivery/message-samples.ts';
import { type OutboxServer, startOutboxServer } from '../support/delivery/outbox-server.ts';
import { needs } from '../support/needs.ts';
import { SAMPLE_TENANTS } from '../support/pages/sample-tenants.ts';
import { makeDataDir, removeDataDir } from '../support/stores/embedded.ts';
import { axeFaults, contrastFaults, keyboardFaults, overflow } from './accessibility.ts';
import { windows } from './windows.ts';

/** The narrowest window that a page must fit, in CSS pixels (WCAG 2.2, 1.4.10). */
const NARROWEST = { width: 320, height: 640 };

const SAMPLE = '/dev/mail/email/factor-added/en?tenant=acme';

describe('mail messages, in a browser', function () {
  this.timeout(120_000);
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  const write = createMessageWriter({
    tenants: SAMPLE_TENANTS,
    issuer: MESSAGE_ISSUER,
    clock: { now: () => MESSAGE_NOW },
  });

  /** Collects the findings in all mails, in each language, for a tenant with a colour and one without. */
  async function findInEach(page: Page, find: (page: Page) => Promise<readonly string[]>) {
    const found: string[] = [];
    for (const [name, template] of Object.entries(MESSAGE_TEMPLATES)) {
      for (const locale of LOCALES) {
        const tenantId = locale === 'en' ? 'acme' : 'globex';
        const { html } = write({ channel: 'email', to: 'bob@acme.test', tenantId, locale }, template);
        await page.setContent(html ?? '');
        found.push(...(await find(page)).map((fault) => `${name} ${locale}: ${fault}`));
      }
    }
    return found;
  }

  it('have no violation of axe, and fit a narrow phone [U.4]', async () => {
    const { page } = await open({ viewport: NARROWEST, colorScheme: 'light' });
    const faults = await findInEach(page, async () => {
      const pixels = await overflow(page);
      return [...(await axeFaults(page)), ...(pixels > 0 ? [`${pixels} pixels too wide`] : [])];
    });
    expect(faults).to.deep.equal([]);
  });

  it('have enough contrast in dark mode [U.4]', async () => {
    const { page } = await open({ colorScheme: 'dark' });
    const faults = await findInEach(page, async () => {
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      return [...(await contrastFaults(page)), ...(ground === 'rgb(14, 21, 20)' ? [] : [String(ground)])];
    });
    expect(faults).to.deep.equal([]);
  });

  describe('in the outbox', () => {
    let server: OutboxServer;
    let dataDir: string;
    before(async () => {
      dataDir = makeDataDir();
      server = await startOutboxServer(dataDir);
    });
    after(async () => {
      await server?.close();
      removeDataDir(dataDir);
    });

    it('are shown in a frame as mail programs show them [2.8]', async () => {
      const { page, complaints } = await open();
      await page.goto(`${server.origin}${SAMPLE}`);
      const frame = page.frameLocator('iframe');
      expect(await frame.locator('h1').innerText()).to.include('A second step was added');
      expect(
        await frame
          .locator('main')
          .boundingBox()
          .then((cipher) => cipher?.width),
      ).to.be.within(300, 520);
      expect(await overflow(page)).to.equal(0);
      expect(complaints).to.deep.equal([]);
    });

    it('run and load nothing in their frame [A93]', async () => {
      const html = `<h1>still</h1><img src="/x.png"><script>document.body.textContent = 'ran'</script>`;
      const message = { channel: 'email', to: 'bob@acme.test', subject: 'x', text: 'x' } as const;
      await server.send({ ...message, html, expiresAt: null });
      const { page } = await open();
      const answered: string[] = [];
      page.on('response', (response) => answered.push(new URL(response.url()).pathname));
      await page.goto(`${server.origin}/dev/outbox`);
      await page.locator('article a').last().click();
      expect(await page.frameLocator('iframe').locator('body').innerText()).to.equal('still');
      expect(answered.filter((path) => path.endsWith('/html'))).to.have.lengthOf(1);
      expect(answered).not.to.include('/x.png');
    });

    it('are shown on a page without axe violations that works by keyboard [U.4]', async () => {
      const { page } = await open({ viewport: NARROWEST });
      for (const path of ['/dev/mail', SAMPLE, '/dev/mail/sms/factor-added/nl', '/dev/outbox']) {
        await page.goto(`${server.origin}${path}`);
        expect(await axeFaults(page), path).to.deep.equal([]);
        expect(await overflow(page), path).to.equal(0);
      }
      await page.goto(`${server.origin}/dev/mail`);
      expect(await keyboardFaults(page)).to.deep.equal([]);
    });
  });
});
