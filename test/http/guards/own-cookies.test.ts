/** The cookies of our own, as a server sets them that a proxy reaches without TLS, while the issuer uses https. */
import { expect } from 'chai';
import type { Context } from 'koa';
import { Cookie } from 'tough-cookie';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import { createCookieSignatures } from '../../../src/adapters/system/cookie-signatures.ts';
import { createKnownBrowser } from '../../../src/http/guards/known-browser.ts';
import { createLanguageChoice } from '../../../src/http/guards/language-choice.ts';
import { createLocaleKeeper } from '../../../src/http/guards/locale-cookie.ts';
import { createSignOutCookie } from '../../../src/http/guards/sign-out-cookie.ts';
import { createTypedFields } from '../../../src/http/guards/typed-fields.ts';
import { createVisitCookie } from '../../../src/http/guards/visit-cookie.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

const cipher = createCipher([{ id: 'test', key: 'a key for the cookies of a test, long enough' }]);
const person = { id: 'ann', tenantId: 'acme', email: 'ann@acme.test' };

/** As the prefix `__Host-` requires it (RFC 6265bis, 4.1.3.2). */
const HOST_ONLY = { httpOnly: true, path: '/', domain: null };

/** The setter of each cookie, by its name over http. */
function settersAt(isHttps: boolean): Readonly<Record<string, (ctx: Context) => unknown>> {
  const needs = { cipher, clock: { now: () => Date.now() }, random: { id: () => 'browser' }, isHttps };
  const browser = createKnownBrowser(needs);
  const choice = createLanguageChoice({ keepLanguage: async () => {}, isHttps });
  const visits = { session: { current: async () => null }, findVisit: async () => null };
  const nobody = { clientId: null, tenantId: null, locale: null };
  return {
    visit: (ctx) => createVisitCookie({ isHttps }).give(ctx, 'ticket'),
    'sign-out': (ctx) => createSignOutCookie({ isHttps }).write(ctx, nobody),
    known: (ctx) => browser.remember(ctx, person),
    'last-email': (ctx) => browser.remember(ctx, person),
    locale: (ctx) => createLocaleKeeper({ https: isHttps })(ctx, 'nl'),
    'locale-choice': (ctx) => choice.keeperOf(visits)(ctx, 'nl'),
    typed: (ctx) => createTypedFields(needs).keep(ctx, '/page', { email: person.email }),
  };
}

describe('cookies of our own, at a server without TLS', () => {
  let server: PageServer;
  let act: (ctx: Context) => unknown;

  before(async () => {
    server = await startPageServer({
      issuer: 'https://op.test',
      show: (ctx) => {
        ctx.app.keys = createCookieSignatures(['a key for the signatures of a test']);
        act(ctx);
        ctx.body = 'done';
      },
    });
  });
  after(() => server.close());

  async function cookiesAfter(next: typeof act): Promise<Cookie[]> {
    act = next;
    const { status, headers } = await createVisitor(server.origin).get('/page');
    expect(status).to.equal(200);
    return (headers['set-cookie'] ?? []).flatMap((line) => Cookie.parse(line) ?? []);
  }

  for (const [name, set] of Object.entries(settersAt(true))) {
    it(`are sent over TLS only when the issuer uses https: ${name} [A94]`, async () => {
      const cookies = await cookiesAfter(set);
      expect(cookies.map(({ key }) => key)).to.include(`__Host-${name}`);
      for (const cookie of cookies)
        expect(cookie, cookie.key).to.deep.include({ ...HOST_ONLY, secure: true, sameSite: 'lax' });
    });
  }

  for (const [name, set] of Object.entries(settersAt(false))) {
    it(`reach a browser at an issuer without TLS: ${name} [A94]`, async () => {
      const cookies = await cookiesAfter(set);
      expect(cookies.map(({ key }) => key)).to.include(name);
      for (const cookie of cookies)
        expect(cookie, cookie.key).to.deep.include({ ...HOST_ONLY, secure: false, sameSite: 'lax' });
    });
  }
});
