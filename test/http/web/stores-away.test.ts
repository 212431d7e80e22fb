/**
 * While a store is away or cannot be written: 503 everywhere, in the form that the asker understands, and no decision.
 */
import { expect } from 'chai';
import { load } from 'cheerio';
import { type App, CALLBACK, CLIENT_SECRET, PASSWORD, SECRET, startApp } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import { type RawAnswer, rawRequest } from '../../support/process/raw-request.ts';
import { createOutage, STORES } from '../../support/stores/outage.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';

const FORM = 'application/x-www-form-urlencoded';
/** RFC 6749, 2.3.1. */
const BASIC = `Basic ${Buffer.from(`rp:${CLIENT_SECRET}`).toString('base64')}`;

interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Everything that somebody could have in hands when it happens. */
interface Hands {
  readonly pages: Readonly<Record<string, Asked>>;
  readonly endpoints: Readonly<Record<string, Asked>>;
}

describe('the server, while a store is away,', () => {
  const outage = createOutage();
  before(outage.prepare);
  after(outage.end);
  let app: App;
  let rp: RelyingParty;
  beforeEach(async () => {
    app = await startApp();
    rp = await app.relyingParty();
  });
  afterEach(() => app.stop());

  it('answers every page with 503, the error page and Retry-After', async () => {
    const { pages } = await hands();
    await app.closeStores();
    for (const [what, asked] of Object.entries(pages)) expectPage(await ask(asked), what);
  });

  it('links back to the page of the failed request, or of its form', async () => {
    const { pages } = await hands();
    await app.closeStores();
    for (const [what, asked] of Object.entries(pages)) {
      const from = asked.method === 'POST' ? '/the-page?of=a-form' : asked.path;
      const headers = { ...asked.headers, referer: `${app.origin}${from}` };
      const { body } = await ask({ ...asked, headers });
      expect(load(body)('main a.button').first().attr('href'), what).to.equal(from);
    }
  });

  it('answers relying parties with 503 and JSON', async () => {
    const { endpoints } = await hands();
    await app.closeStores();
    for (const [what, asked] of Object.entries(endpoints)) expectJson(await ask(asked), what);
  });

  it('serves everything that needs no store', async () => {
    const style = (await app.visitor().get('/demo')).$('link[rel=stylesheet]').attr('href') ?? '';
    await app.closeStores();
    for (const path of ['/.well-known/openid-configuration', '/jwks', '/health/live', style]) {
      expect((await ask({ path })).status, path).to.equal(200);
    }
    expect((await ask({ path: '/nowhere' })).status).to.equal(404);
  });

  for (const store of STORES) {
    it(`signs nobody in and confirms nothing while the ${store} store cannot be written [R30]`, async () => {
      const { pages, endpoints } = await hands();
      const all = [...Object.entries(pages), ...Object.entries(endpoints)];
      const answers = await outage.during(app, [store], () =>
        Promise.all(all.map(async ([what, asked]) => [what, await ask(asked)] as const)),
      );

      const unavailable = answers.filter(([, { status }]) => status === 503);
      expect(unavailable.length).to.be.above(3);
      for (const [what, answer] of unavailable) {
        if (what in pages) expectPage(answer, what);
        else expectJson(answer, what);
      }
      for (const [what, { status, headers }] of answers) {
        expect(status, what).not.to.equal(500);
        // Only who was signed in before still is.
        if (!what.includes('session')) expect(headers.location ?? '', what).not.to.include('code=');
      }
    });
  }

  async function hands(): Promise<Hands> {
    const url = new URL(await rp.authorizationUrl({ scope: 'openid offline_access' }));
    const auth = `/auth${url.search}`;
    const signedIn = app.visitor();
    const tokens = await rp.exchange(await codeOf(signedIn));
    const spare = new URL(await codeOf(app.visitor())).searchParams.get('code') ?? '';
    const account = await signedIn.open('/account/security');

    const atPassword = app.visitor();
    const passwordPage = await atPassword.open(await rp.authorizationUrl());
    const atCode = app.visitor();
    await atCode.open(await rp.authorizationUrl());
    const codePage = await atCode.signIn('app@open.test', PASSWORD);
    const done = app.visitor();
    await done.open(await rp.authorizationUrl());
    const resume = await done.submit(done.page, { email: 'new@plain.test', password: PASSWORD });
    const signOut = await signedIn.open('/session/end');
    const bearer = { authorization: `Bearer ${tokens.access_token}` };
    const endpoint = (path: string, fields: Readonly<Record<string, string>>): Asked => ({
      method: 'POST',
      path,
      headers: { authorization: BASIC, 'content-type': FORM },
      body: new URLSearchParams(fields).toString(),
    });

    return {
      pages: {
        'an authorization request': { path: auth },
        'an authorization request with a session': as(signedIn, { path: auth }),
        'prompt=none with a session': as(signedIn, { path: `${auth}&prompt=none` }),
        'the end of a sign-in': as(done, { path: pathOf(resume.location) }),
        'the sign-in page': as(atPassword, { path: pathOf(passwordPage.url) }),
        'a password': sent(atPassword, passwordPage.form({ email: 'app@strict.test', password: PASSWORD })),
        'a wrong password': sent(
          atPassword,
          passwordPage.form({ email: 'app@strict.test', password: 'wrong' }),
        ),
        'the code page': as(atCode, { path: pathOf(codePage.url) }),
        'a wrong code': sent(atCode, codePage.form({ code: '000000' })),
        'the way out of a sign-in': sent(atCode, codePage.form({}, 'cancel')),
        'the account': as(signedIn, { path: '/account' }),
        'the security page': as(signedIn, { path: '/account/security' }),
        'a set-up': sent(signedIn, account.form({ method: 'totp' })),
        'the question at sign-out': as(signedIn, { path: '/session/end' }),
        'its answer': sent(signedIn, signOut.form({}, 'logout')),
        'the outbox': { path: '/dev/outbox' },
      },
      endpoints: {
        'a code': endpoint('/token', {
          grant_type: 'authorization_code',
          code: spare,
          redirect_uri: CALLBACK,
          code_verifier: 'x'.repeat(43),
        }),
        'a refresh token': endpoint('/token', {
          grant_type: 'refresh_token',
          refresh_token: tokens.refresh_token ?? '',
        }),
        'an access token': { path: '/me', headers: bearer },
        'an introspection': endpoint('/token/introspection', { token: tokens.access_token }),
        'a revocation': endpoint('/token/revocation', { token: tokens.access_token }),
        'a pushed request': endpoint('/request', Object.fromEntries(url.searchParams)),
      },
    };
  }

  /** The address at which a sign-in of somebody with an authenticator app ends. */
  async function codeOf(visitor: Visitor): Promise<string> {
    await visitor.open(await rp.authorizationUrl({ scope: 'openid offline_access' }));
    await visitor.signIn('app@open.test', PASSWORD);
    app.clock.nextStep(31_000);
    return (await visitor.enterCode(totpCode(SECRET, app.clock.now()))).location ?? '';
  }

  function as(visitor: Visitor, asked: Asked): Asked {
    const cookie = visitor.jar.getCookieStringSync(`${app.origin}${asked.path}`);
    return { ...asked, headers: { ...asked.headers, cookie } };
  }

  function sent(visitor: Visitor, { action, body }: { action: string; body: URLSearchParams }): Asked {
    const headers = { origin: app.origin, 'content-type': FORM };
    return as(visitor, { method: 'POST', path: pathOf(action), headers, body: body.toString() });
  }

  function ask(asked: Asked): Promise<RawAnswer> {
    const accept = asked.headers?.authorization ? 'application/json' : 'text/html';
    return rawRequest(Number(new URL(app.origin).port), { ...asked, headers: { accept, ...asked.headers } });
  }
});

function pathOf(address: string | null): string {
  const { pathname, search } = new URL(address ?? '');
  return pathname + search;
}

function expectPage({ status, headers, body }: RawAnswer, what: string): void {
  expect(status, what).to.equal(503);
  expect(headers['retry-after'], what).to.match(/^\d+$/);
  expect(headers['content-type'], what).to.include('text/html');
  expect(headers.location, what).to.equal(undefined);
  expect(body, what).to.include('data-page="error"');
}

function expectJson({ status, headers, body }: RawAnswer, what: string): void {
  expect(status, what).to.equal(503);
  expect(headers['retry-after'], what).to.match(/^\d+$/);
  expect(headers['content-type'], what).to.include('application/json');
  expect(JSON.parse(body), what).to.include.keys('error');
  expect(body, what).not.to.match(/sqlite|database/i);
}
