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
    it(`let nobody frame ${name} and run nothing written into it [A93]`, async () => {
      const headers = await headersOf(`/interaction/sample/${name}`);
      const policy = String(headers['content-security-policy']);
      expect(policy.split('; ')).to.include.members([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]);
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
    it(`leave the forms of ${path} free to end at a relying party`, async () => {
      expect((await headersOf(path))['content-security-policy']).not.to.include('form-action');
    });
  }

  for (const path of STAYING) {
    it(`keep the forms of ${path} here`, async () => {
      expect((await headersOf(path))['content-security-policy']).to.match(/; form-action 'self'$/);
    });
  }

  it('keep hold of no window but those of self-service', async () => {
    expect((await headersOf('/account'))['cross-origin-opener-policy']).to.equal('same-origin');
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

  it('turn off what the pages don’t need', async () => {
    expect((await headersOf('/'))['permissions-policy'])
      .to.include('camera=()')
      .and.include('geolocation=()');
  });

  it('ask for TLS only where the issuer has it', async () => {
    expect((await headersOf('/'))['strict-transport-security']).to.equal(undefined);
    const secure = await startPageServer({ issuer: 'https://id.example' });
    const { headers } = await createVisitor(secure.origin).get('/');
    await secure.close();
    expect(headers['strict-transport-security']).to.match(/^max-age=31536000/);
  });

  it('are there for whatever comes after them to add to', async () => {
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
