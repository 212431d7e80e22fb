/** Foreign hosts and origins: the server puts none of them in its links, and lets none of them read its answers. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { rawRequest } from '../../../support/process/raw-request.ts';
import { createVisitor } from '../../../support/visitor.ts';
import { interaction, partyOf, redeem, signIn, tokensFor, withClients } from '../story.ts';

const EVIL = 'evil.test';
const SPA = 'http://127.0.0.1:9/spa';

describe('foreign hosts', () => {
  const at = interaction();

  const lies: Readonly<Record<string, Record<string, string>>> = {
    Host: { host: EVIL },
    'X-Forwarded-Host': { 'x-forwarded-host': EVIL, 'x-forwarded-proto': 'https' },
    Forwarded: { forwarded: `host=${EVIL};proto=https` },
    'X-Original-Host': { 'x-original-host': EVIL, 'x-host': EVIL, 'x-forwarded-server': EVIL },
    'X-Original-URL': { 'x-original-url': `http://${EVIL}/`, 'x-rewrite-url': `http://${EVIL}/` },
  };
  for (const [what, headers] of Object.entries(lies)) {
    it(`do not appear in a link, redirect or cookie: ${what} [A75]`, async () => {
      const port = Number(new URL(at.app.origin).port);
      const url = new URL(await at.rp.authorizationUrl());
      for (const path of [
        url.pathname + url.search,
        '/.well-known/openid-configuration',
        '/account/security',
        '/session/end',
        '/',
        '/nowhere',
      ]) {
        const answer = await rawRequest(port, { path, headers: { ...headers, accept: 'text/html' } });
        expect(answer.status, path).to.be.below(500);
        if (what === 'Host') expect(answer.status, path).to.equal(421);
        expect(JSON.stringify(answer.headers), path).not.to.include(EVIL);
        expect(answer.body, path).not.to.include(EVIL);
      }
    });

    // A request for another host is refused, so there is no sign-in.
    if (what === 'Host') continue;
    it(`do not redirect a sign-in that is under way: ${what} [A75]`, async () => {
      const visitor = createVisitor(at.app.origin, { headers, stopAt: 'http://rp.test' });
      const end = await signIn(at.app, visitor, await at.rp.authorizationUrl(), 'app@open.test');
      expect((await redeem(at.rp, end)).claims.iss).to.equal(at.app.origin);
    });
  }

  it('get a page that leads to the issuer, and no data of an outbox or a form [A122]', async () => {
    const port = Number(new URL(at.app.origin).port);
    for (const host of [EVIL, `${EVIL}:${port}`, `127.0.0.1.${EVIL}:${port}`, `localhost:${port}`]) {
      for (const path of ['/dev/outbox', '/dev/outbox.json', '/account', '/demo', '/jwks', '/assets/x']) {
        const answer = await rawRequest(port, { path, headers: { host } });
        expect(answer.status, `${host} ${path}`).to.equal(421);
        expect(answer.headers['set-cookie'], path).to.equal(undefined);
        expect(answer.body).to.include(`href="${at.app.origin}"`).and.include('Wrong address');
      }
      const post = await rawRequest(port, { method: 'POST', path: '/token', headers: { host }, body: '' });
      expect(post.status).to.equal(421);
    }
    const ours = { host: new URL(at.app.origin).host.toUpperCase() };
    expect((await rawRequest(port, { path: '/jwks', headers: ours })).status).to.equal(200);
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect((await rawRequest(port, { path, headers: { host: EVIL } })).status, path).to.equal(200);
  });

  it('get that page with its looks in it, since no file is served there [A122]', async () => {
    const { port } = new URL(at.app.origin);
    const { headers, body } = await rawRequest(Number(port), { path: '/account', headers: { host: EVIL } });
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(style).to.include('.card');
    expect(headers['content-security-policy']).to.include(`; style-src 'sha256-${hash}';`);
    expect(body).not.to.match(/<(?:link|script|img|form)\b/);
  });

  it('are refused in an absolute URL of the request line [A75]', async () => {
    const { port } = new URL(at.app.origin);
    const url = new URL(await at.rp.authorizationUrl());
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      const target = `http://${EVIL}${url.pathname}${url.search}`;
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${EVIL}\r\nConnection: close\r\n\r\n`);
      socket.on('error', reject);
      socket.setEncoding('utf8');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('end', () => resolve(text));
    });
    expect(answer).to.match(/^HTTP\/1\.1 421 /);
    expect(answer).not.to.include(EVIL);
  });
});

describe('other origins', () => {
  const at = interaction(() =>
    withClients({
      client_id: 'native',
      application_type: 'native',
      redirect_uris: ['test.rp.app:/callback'],
      first_party: true,
    }),
  );

  const allowed = ({ headers }: { headers: Record<string, unknown> }) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control-'));

  async function call(origin: string, path: string, init: { method?: string; body?: string } = {}) {
    return rawRequest(Number(new URL(at.app.origin).port), {
      path,
      ...init,
      headers: {
        origin,
        'content-type': 'application/x-www-form-urlencoded',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  }

  for (const origin of [`http://${EVIL}`, 'null', 'http://127.0.0.1:9']) {
    it(`cannot read a page or send a form of ours: ${origin} [A101]`, async () => {
      const page = await at.app.visitor().open(await at.rp.authorizationUrl());
      const { pathname } = new URL(page.url);
      for (const path of [
        pathname,
        '/account',
        '/account/security',
        '/admin',
        '/admin/users',
        '/session/end',
        '/auth',
      ]) {
        for (const method of ['GET', 'OPTIONS', 'POST']) {
          const answer = await call(origin, path, { method });
          expect(allowed(answer), `${method} ${path}`).to.deep.equal([]);
          expect(answer.status, `${method} ${path}`).to.be.below(500);
        }
      }
      for (const path of [pathname, '/account/security/turn-off']) {
        expect((await call(origin, path, { method: 'POST', body: 'email=x' })).status).to.equal(403);
      }
    });
  }

  it('cannot read the responses that a single-page app reads from its own origin [A101]', async () => {
    const spa = await partyOf(at.app, 'spa', SPA, null);
    const { tokens } = await tokensFor(at.app, spa, 'new@open.test', { scope: 'openid offline_access' });
    const own = 'http://127.0.0.1:9';
    let refreshToken = tokens.refresh_token ?? '';
    for (const [origin, isAllowed] of [
      [`http://${EVIL}`, false],
      ['null', false],
      [own, true],
    ] as const) {
      const userInfo = await rawRequest(Number(new URL(at.app.origin).port), {
        path: '/me',
        headers: { origin, authorization: `Bearer ${tokens.access_token}` },
      });
      expect(userInfo.status, origin).to.equal(isAllowed ? 200 : 400);
      expect(userInfo.headers['access-control-allow-origin'], origin).to.equal(isAllowed ? own : undefined);
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'spa',
        refresh_token: refreshToken,
      });
      const refreshed = await call(origin, '/token', { method: 'POST', body: body.toString() });
      expect(refreshed.status, origin).to.equal(isAllowed ? 200 : 400);
      expect(refreshed.headers['access-control-allow-origin'], origin).to.equal(isAllowed ? own : undefined);
      expect(refreshed.headers).not.to.have.property('access-control-allow-credentials');
      if (isAllowed) refreshToken = JSON.parse(refreshed.body).refresh_token;
    }
    const preflight = await call(own, '/token', { method: 'OPTIONS' });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers['access-control-allow-origin']).to.equal(own);
  });

  it('can call as a public client only, and never with cookies [A101]', async () => {
    const { tokens, visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const answer = await visitor.get('/me', {
      origin: 'http://rp.test',
      authorization: `Bearer ${tokens.access_token}`,
    });
    expect(answer.status).to.equal(400);
    expect(answer.headers).not.to.have.any.keys(
      'access-control-allow-origin',
      'access-control-allow-credentials',
    );
  });

  it('can read public documents [A101]', async () => {
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      const answer = await call('http://anywhere.test', path);
      expect(answer.headers['access-control-allow-origin']).to.equal('http://anywhere.test');
      expect(answer.headers).not.to.have.property('access-control-allow-credentials');
    }
  });

  it('get no permission as `null`, neither for public documents nor in a preflight [A101]', async () => {
    for (const path of [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/jwks',
    ]) {
      const answer = await call('null', path);
      expect([answer.status, allowed(answer)], path).to.deep.equal([200, []]);
    }
    for (const path of [
      '/.well-known/openid-configuration',
      '/jwks',
      '/me',
      '/token',
      '/token/introspection',
      '/token/revocation',
      '/request',
    ]) {
      const preflight = await call('null', path, { method: 'OPTIONS' });
      expect(allowed(preflight), path).to.deep.equal([]);
      const other = await call('http://127.0.0.1:9', path, { method: 'OPTIONS' });
      expect(allowed(other), path).to.include('access-control-allow-origin');
    }
  });

  it('get no permission as `null` from a native app, whose own scheme has that origin [A101]', async () => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'native',
      refresh_token: 'x',
    }).toString();
    const answer = await call('null', '/token', { method: 'POST', body });
    expect([answer.status, allowed(answer)]).to.deep.equal([400, []]);
    expect(JSON.parse(answer.body).error).to.equal('invalid_request');
  });

  it('can post an authorization request, which becomes a query and signs nobody in [A57]', async () => {
    const url = new URL(await at.rp.authorizationUrl());
    const visitor = at.app.visitor();
    const elsewhere = { origin: 'http://rp.test', 'sec-fetch-site': 'cross-site' };
    const answer = await visitor.post('/auth', Object.fromEntries(url.searchParams), elsewhere);
    expect(answer.status).to.equal(303);
    const { origin, pathname, searchParams } = new URL(answer.location ?? '');
    expect([origin, pathname]).to.deep.equal([at.app.origin, '/auth']);
    expect(Object.fromEntries(searchParams)).to.deep.equal(Object.fromEntries(url.searchParams));
    const page = await visitor.follow(answer);
    expect(page.name).to.equal('sign-in');
    const end = await visitor.signIn('new@open.test', PASSWORD);
    expect((await redeem(at.rp, end)).claims.aud).to.equal('rp');
  });
});
