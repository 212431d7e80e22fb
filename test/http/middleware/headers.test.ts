import { expect } from 'chai';
import Koa from 'koa';
import { securityHeaders } from '../../../src/http/middleware/headers.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

const LEADING_AWAY = [
  '/interaction/uid',
  '/interaction/uid/consent',
  '/auth',
  '/auth/uid',
  '/session/end',
  '/session/end/confirm',
];
const STAYING = [
  '/',
  '/account/security',
  '/demo',
  '/locale',
  '/interactions',
  '/authority',
  '/sessions',
  '/AUTH',
];

describe('security headers', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server.close());

  const headersOf = async (path: string) => (await createVisitor(server.origin).get(path)).headers;

  for (const { name } of PAGE_SAMPLES) {
    it(`forbid frames and inline scripts on ${name} [A93]`, async () => {
      const headers = await headersOf(`/interaction/sample/${name}`);
      const policy = String(headers['content-security-policy']);
      expect(policy.split('; ')).to.include.members([
        "default-src 'none'",
        "script-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]);
      // At another host the page can fetch no style of its own.
      const style = name === 'error-misdirected' ? /; style-src 'sha256-[\w+/]+=';/ : /; style-src 'self';/;
      expect(policy).to.match(style);
      expect(policy).not.to.match(/unsafe|\*|https?:/);
      expect(headers).to.include({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    });
  }

  for (const path of LEADING_AWAY) {
    it(`allow the forms of ${path} to end at a relying party`, async () => {
      expect((await headersOf(path))['content-security-policy']).not.to.include('form-action');
    });
  }

  for (const path of STAYING) {
    it(`limit the forms of ${path} to the own origin`, async () => {
      expect((await headersOf(path))['content-security-policy']).to.match(/; form-action 'self'$/);
    });
  }

  it('isolate the windows of self-service only, in whatever case a path is written [A93]', async () => {
    for (const path of ['/account', '/account/security', '/ACCOUNT/security', '/Account'])
      expect((await headersOf(path))['cross-origin-opener-policy'], path).to.equal('same-origin');
    for (const path of ['/interaction/uid', '/auth', '/locale', '/demo', '/accounts']) {
      expect((await headersOf(path))['cross-origin-opener-policy'], path).to.equal(undefined);
    }
  });

  it('allow no other origin to read anything [A101]', async () => {
    for (const origin of ['https://evil.test', 'null']) {
      const { headers } = await createVisitor(server.origin).get('/account', { origin });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    }
  });

  it('turn off browser features that the pages do not need', async () => {
    expect((await headersOf('/'))['permissions-policy'])
      .to.include('camera=()')
      .and.include('geolocation=()');
  });

  it('require TLS only where the issuer uses it', async () => {
    expect((await headersOf('/'))['strict-transport-security']).to.equal(undefined);
    const secure = await startPageServer({ issuer: 'https://id.example' });
    const { headers } = await createVisitor(secure.origin).get('/');
    await secure.close();
    expect(headers['strict-transport-security']).to.match(/^max-age=31536000/);
  });

  it('can be extended by later middleware', async () => {
    const seen: string[] = [];
    const app = new Koa();
    app.use(securityHeaders({ https: false }));
    app.use((ctx) => {
      seen.push(ctx.response.get('Content-Security-Policy'));
      ctx.status = 204;
    });
    const listening = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    const address = listening.address();
    await fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/auth`);
    listening.close();
    expect(seen[0]).to.include("script-src 'self'");
  });
});
