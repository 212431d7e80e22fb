/** The ear of the browser tests: what it must hear, so that hearing nothing means something. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { needs } from '../support/needs.ts';
import { windows } from './windows.ts';

const PAGE = `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<style>p { color: red }</style><img src="/missing.png" alt=""><script>document.title = 'run'</script>`;

describe('a browser window', () => {
  const { chromium } = needs('chromium');
  const open = windows(chromium);
  let server: Server;

  before(async () => {
    server = createServer((request, response) => {
      const isPage = request.url === '/';
      response.writeHead(isPage ? 200 : 404, {
        'content-type': 'text/html',
        'content-security-policy': "default-src 'none'; img-src 'self' data:",
      });
      response.end(isPage ? PAGE : '');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => server?.close());

  for (const javaScriptEnabled of [true, false]) {
    it(`reports policy violations and missing files, scripts ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
      const { page, complaints } = await open({ javaScriptEnabled });
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      expect(complaints.join('\n'))
        .to.match(/style/)
        .and.to.match(/404 \S+missing\.png/);
      expect(complaints.some((one) => one.startsWith('violated script-src'))).to.equal(javaScriptEnabled);
      expect(await page.title()).to.equal('Test');
    });
  }
});
