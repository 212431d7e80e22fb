import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { sampleTenant } from '../../support/pages/sample-tenants.ts';
import { createVisitor, type Headers } from '../../support/visitor.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe('static files', () => {
  let folder: string;
  let server: PageServer;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doublelock-assets-'));
    writeFileSync(join(folder, 'logo.bin'), PNG);
    writeFileSync(join(folder, 'logo.png'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const brand = (logo: string) => ({ logo: join(folder, logo), colour: '#b5174b' });
    server = await startPageServer({
      tenants: [
        sampleTenant({ brand: brand('logo.bin') }),
        sampleTenant({ id: 'a/b ü', brand: brand('logo.bin') }),
        sampleTenant({ id: 'vector', brand: brand('logo.png') }),
        sampleTenant({ id: 'plain', brand: { logo: null, colour: null } }),
      ],
    });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const get = (path: string, headers: Headers = {}) =>
    createVisitor(server.origin).get(path, { 'accept-encoding': 'identity', ...headers });
  const bytes = (path: string) => fetch(`${server.origin}${path}`);

  async function stylesheet(): Promise<string> {
    return (await get('/interaction/sample/signed-out')).$('link[rel=stylesheet]').attr('href') ?? '';
  }

  it('include one stylesheet with Pico in a lower layer, cached for ever under its hash', async () => {
    const path = await stylesheet();
    expect(path).to.match(/^\/assets\/doublelock\.[0-9a-f]{12}\.css$/);
    const { text, headers, status } = await get(path);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/css; charset=utf-8');
    expect(headers['cache-control']).to.equal('public, max-age=31536000, immutable');
    expect(text)
      .to.match(/^@layer pico\{/)
      .and.not.include('@charset');
    expect(text)
      .to.include('Pico CSS')
      .and.include('[data-mark="secret"]')
      .and.include('prefers-reduced-motion');
  });

  it('are compressed for clients that accept it', async () => {
    const path = await stylesheet();
    const { text } = await get(path);
    const response = await fetch(`${server.origin}${path}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).to.equal('gzip');
    expect(response.headers.get('vary')).to.equal('Accept-Encoding');
    expect(await response.text()).to.equal(text);
  });

  it('include the brand mark, as an image without scripts, and the one script', async () => {
    const { $ } = await get('/interaction/sample/switch-account');
    const mark = await get($('link[rel=icon]').attr('href') ?? '');
    expect(mark.headers['content-type']).to.equal('image/svg+xml');
    expect(mark.headers['content-security-policy']).to.equal("default-src 'none'; frame-ancestors 'none'");
    expect((await get('/favicon.ico')).text).to.equal(mark.text);
    const script = await get($('script').attr('src') ?? '');
    expect(script.headers['content-type']).to.equal('text/javascript; charset=utf-8');
    expect(script.text).to.include('requestSubmit');
  });

  it('include a tenant’s colour and logo, which only its own pages request', async () => {
    const { $ } = await get('/interaction/sample/enter-code');
    const style = await get($('link[href^="/assets/brand/"]').attr('href') ?? '');
    expect(style.text).to.include('--accent:#b5174b');
    expect(style.headers['cache-control']).to.equal('public, max-age=300');
    const logo = await bytes($('.brand img').attr('src') ?? '');
    expect(logo.headers.get('content-type')).to.equal('image/png');
    expect(logo.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(logo.headers.get('content-security-policy')).to.include("default-src 'none'");
    expect(Buffer.from(await logo.arrayBuffer()).equals(PNG)).to.equal(true);
    expect((await get('/interaction/sample/demo')).text).not.to.include('/assets/brand/');
  });

  it('are found for a tenant whose id needs escaping', async () => {
    expect((await bytes('/assets/brand/a%2Fb%20%C3%BC/logo')).status).to.equal(200);
    expect((await bytes('/assets/brand/a%2Fb%20%C3%BC.css')).status).to.equal(200);
  });

  it('are not sent again to a browser that has them', async () => {
    const first = await get('/assets/brand/acme.css');
    const again = await get('/assets/brand/acme.css', { 'if-none-match': String(first.headers.etag) });
    expect([first.status, again.status]).to.deep.equal([200, 304]);
    expect(again.text).to.equal('');
  });

  it('never include an SVG of a tenant, and no page requests it [A91]', async () => {
    expect((await get('/assets/brand/vector/logo')).status).to.equal(404);
    expect((await get('/assets/brand/vector.css')).status).to.equal(200);
  });

  for (const path of [
    '/assets/doublelock.css',
    '/assets/doublelock.000000000000.css',
    '/assets/forms.css',
    '/assets/brand/plain.css',
    '/assets/brand/plain/logo',
    '/assets/brand/nobody.css',
    '/assets/brand/__proto__/logo',
    '/assets/brand/..%2F..%2Fpackage.json',
    '/assets/%2e%2e/package.json',
    '/assets/../package.json',
    '/assets/%',
    '/assets/',
  ]) {
    it(`do not include ${path}`, async () => {
      expect((await get(path)).status).to.be.oneOf([400, 404]);
    });
  }
});
