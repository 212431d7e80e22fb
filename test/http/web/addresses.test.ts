/** Addresses and methods that no page of ours has: answered with a page that says so, and never with anything else. */
import { expect } from 'chai';
import { type App, startApp } from '../../support/app.ts';
import { createPage } from '../../support/pages/page.ts';
import { type RawRequest, rawRequest } from '../../support/process/raw-request.ts';

describe('unknown paths and methods', () => {
  let app: App;
  before(async () => {
    app = await startApp();
  });
  after(() => app.stop());

  /** As it stands here: no browser puts it right. */
  async function ask(path: string, more: RawRequest = {}) {
    const {
      status = 0,
      headers,
      body,
    } = await rawRequest(Number(new URL(app.origin).port), { path, ...more });
    return createPage({ url: app.origin, status, headers, text: body });
  }

  const nowhere = [
    '/nowhere',
    '/%ff',
    '/%',
    '/%00',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/../../etc/passwd',
    '/..%2f..%2fpackage.json',
    '/.env',
    '/assets',
    '/assets/',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets/doublelock.css',
    '/assets/brand/../../../config/demo.yaml',
    '/assets/brand/%2e%2e/logo',
    '/assets/brand/open/logo/../../x',
    '/assets/__proto__',
    '/auth/../admin',
    '/auth/%2e%2e/admin',
    '/auth/..;/admin',
    '/auth/a/b',
    '/auth/',
    '//auth',
    '/auth//x',
    '/token/../me',
    '//evil.test/account',
    '/\\evil.test/account',
    '/account/../account/security/../../x',
    '/ACCOUNT/SECURITY/x',
    '/account%2fsecurity',
    '/interaction',
    '/interaction/',
    '/interaction/abc/second-factor/nothing',
    '/health',
    '/dev',
    '/dev/outbox/1',
    '/session',
    '/session/end/nothing',
    '/.well-known/openid-configuration/x',
    '/.well-known/..',
    '/constructor',
    '/__proto__',
    '/toString',
  ];
  for (const path of nowhere) {
    it(`include ${path}, which answers 404 [A90]`, async () => {
      const page = await ask(path);
      expect(page).to.include({ status: 404, name: 'error', location: null });
      expect(page.text).not.to.match(/"dependencies"|root:|environment: development|ENOENT|at \w+ \(/);
    });
  }

  const dead = [
    '/interaction/abc',
    '/interaction/%00',
    '/interaction/%ff/sign-in',
    '/interaction/..%2fabc/sign-in',
    '/interaction/__proto__/sign-in',
    '/interaction/constructor/second-factor',
    '/interaction/abc/second-factor/verify/totp',
    '/interaction/abc/consent',
    `/interaction/${'a'.repeat(8000)}`,
    '/auth/abc',
    '/auth/%00',
    '/auth/%ff',
    '/auth/__proto__',
    `/auth/${'a'.repeat(8000)}`,
  ];
  for (const path of dead) {
    it(`report ${path.slice(0, 60)} as an interaction that has ended [A6]`, async () => {
      expect(await ask(path)).to.include({ status: 400, name: 'error', location: null });
    });
  }

  it('answer 421 to an absolute URL that names another server, health and metrics apart [A75 A122]', async () => {
    expect((await ask('http://evil.test/health/live')).status).to.equal(200);
    expect((await ask('http://evil.test/metrics')).status).to.equal(200);
    for (const path of ['/nowhere', '/account', '/auth', '/.well-known/openid-configuration', '/healthy'])
      expect((await ask(`http://evil.test${path}`)).status, path).to.equal(421);
    const { location } = await ask(`${app.origin}/account`);
    expect(location).to.match(new RegExp(`^${app.origin}/auth\\?`));
    expect((await ask('*', { method: 'OPTIONS' })).status).to.be.oneOf([404, 405]);
  });

  const pages = [
    '/',
    '/account',
    '/account/security',
    '/interaction/abc/sign-in',
    '/health/ready',
    '/nowhere',
    '/locale',
  ];
  const ofProvider = [
    '/auth',
    '/auth/abc',
    '/token',
    '/me',
    '/jwks',
    '/request',
    '/session/end',
    '/.well-known/openid-configuration',
  ];
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'LINK']) {
    it(`refuse ${method} everywhere, and list the allowed methods [A56]`, async () => {
      for (const path of [...pages, ...ofProvider]) {
        const page = await ask(path, { method, headers: { 'sec-fetch-site': 'same-origin' } });
        expect(page, path).to.include({ status: 405, name: 'error' });
        expect(page.headers.allow, path).to.match(/^GET, HEAD, POST(, OPTIONS)?$/);
      }
    });
  }

  const forms = [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' },
    { origin: 'null' },
    {},
  ];
  for (const headers of forms) {
    it(`answer 404 to a POST with ${JSON.stringify(headers)}, where no page is`, async () => {
      for (const path of [
        '/nowhere',
        '/admin/nowhere',
        '/token/nowhere',
        '/interaction/abc/nowhere/at/all',
      ]) {
        const page = await ask(path, { method: 'POST', body: 'a=b', headers });
        expect(page, path).to.include({ status: 404, name: 'error' });
      }
    });
  }

  it('keep a POST from other sites out of every page that there is, spelled in any way [A56]', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const there = [
      ...pages.filter((path) => path !== '/nowhere'),
      '/ACCOUNT/security/',
      '/Interaction/abc/SIGN-IN',
      '/interaction/abc/second-factor',
      '/interaction/abc/second-factor/verify/totp',
      '/interaction/abc/consent',
      '/demo',
      '/dev/outbox',
    ];
    for (const path of there) {
      const page = await ask(path, { method: 'POST', body: 'a=b', headers });
      expect(page, path).to.include({ status: 403, name: 'error' });
    }
  });

  it('allow OPTIONS only at the endpoints for scripts [A101]', async () => {
    for (const path of pages)
      expect(await ask(path, { method: 'OPTIONS' }), path).to.include({ status: 405 });
  });

  for (const path of ['/account/SECURITY', '/ACCOUNT/security/', '/account//security', '/Account']) {
    it(`show no account at ${path} to a visitor who is not signed in [A3]`, async () => {
      const page = await ask(path);
      if (page.status !== 404) expect(page.location).to.match(new RegExp(`^${app.origin}/auth\\?`));
      expect(page.name).to.be.oneOf([null, 'error']);
    });
  }

  it('answer HEAD like GET, without the body', async () => {
    for (const path of [
      '/demo',
      '/health/live',
      '/nowhere',
      '/auth',
      '/interaction/abc',
      '/jwks',
      '/favicon.ico',
    ]) {
      const [head, get] = await Promise.all([ask(path, { method: 'HEAD' }), ask(path)]);
      expect(head.status, path).to.equal(get.status);
      expect(head.text, path).to.equal('');
      expect(head.headers['content-type'], path).to.equal(get.headers['content-type']);
      expect(head.headers['content-security-policy'], path).to.equal(get.headers['content-security-policy']);
    }
  });

  it('answer 431 to a URL that is too long, and 404 to a merely long one [R31]', async () => {
    expect((await ask(`/${'a'.repeat(20_000)}`)).status).to.equal(431);
    expect((await ask(`/${'a'.repeat(10_000)}`)).status).to.equal(404);
    expect((await ask(`/${'a/'.repeat(5000)}`)).status).to.equal(404);
    expect((await ask(`/auth?${'a=b&'.repeat(2000)}`)).status).to.equal(400);
  });
});
