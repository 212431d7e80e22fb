import { expect } from 'chai';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor } from '../../support/visitor.ts';

const ELSEWHERE = [
  '//evil.test',
  '/\\evil.test',
  '\\\\evil.test',
  '/\t/evil.test',
  '/\n//evil.test',
  '\t//evil.test',
  'https://evil.test/',
  'javascript:alert(1)',
  'evil.test',
  '',
  '/account\\@evil.test',
  '/\u0085/evil.test',
  `/${'a'.repeat(3000)}`,
];

describe('POST /locale', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server.close());

  it('switches the language from the footer of a page, and shows that page again [1.7]', async () => {
    const bob = createVisitor(server.origin);
    const english = await bob.get('/interaction/sample/enter-code?from=somewhere');
    const form = english.$('footer form');
    expect(form.attr('action')).to.equal('/locale');
    expect(form.find('button[name=locale]').length).to.equal(2);
    const switched = await bob.post('/locale', {
      locale: form.find('[lang=nl]').attr('value') ?? '',
      return_to: form.find('[name=return_to]').attr('value') ?? '',
    });
    expect(switched.status).to.equal(303);

    const dutch = await bob.follow(switched);
    expect(new URL(dutch.url).pathname + new URL(dutch.url).search).to.equal(
      '/interaction/sample/enter-code?from=somewhere',
    );
    expect(dutch.$('html').attr('lang')).to.equal('nl');
    expect(dutch.$('footer [aria-current]').text()).to.equal('Nederlands');
    expect(dutch.$('footer [lang=en]').text()).to.equal('English');
  });

  it('keeps the choice for a year in a cookie that no script reads [A94]', async () => {
    const { headers } = await createVisitor(server.origin).post('/locale', { locale: 'nl', return_to: '/' });
    const [cookie = '', ...others] = headers['set-cookie'] ?? [];
    expect(others).to.deep.equal([]);
    expect(cookie).to.match(/^locale=nl; path=\/; expires=.*; samesite=lax; httponly$/);
    const days =
      (Date.parse(/expires=([^;]+)/.exec(cookie)?.[1] ?? '') - Date.parse(headers.date ?? '')) / 864e5;
    expect(days).to.be.within(364.9, 365.1);
  });

  it('sets a Secure cookie when the issuer uses https, wherever TLS ends [A94]', async () => {
    const secure = await startPageServer({ issuer: 'https://id.example' });
    const { headers, status } = await createVisitor(secure.origin).post('/locale', { locale: 'nl' });
    await secure.close();
    expect(status).to.equal(303);
    expect(headers['set-cookie']?.[0]).to.include('; secure');
  });

  for (const address of ELSEWHERE) {
    it(`redirects to the start page instead of ${JSON.stringify(address).slice(0, 40)} [A75]`, async () => {
      const { headers, status } = await createVisitor(server.origin).post('/locale', {
        locale: 'nl',
        return_to: address,
      });
      expect(status).to.equal(303);
      expect(headers.location).to.equal('/');
    });
  }

  it('redirects back to an own path unchanged', async () => {
    const { headers } = await createVisitor(server.origin).post('/locale', {
      locale: 'en',
      return_to: '/session/end?id_token_hint=a.b.c&state=%2F%2Fevil.test',
    });
    expect(headers.location).to.equal('/session/end?id_token_hint=a.b.c&state=%2F%2Fevil.test');
  });

  for (const locale of ['fr', '', '__proto__', 'en\r\nSet-Cookie: a=b']) {
    it(`refuses ${JSON.stringify(locale)} as a language, and sets no cookie`, async () => {
      const { headers, status } = await createVisitor(server.origin).post('/locale', {
        locale,
        return_to: '/',
      });
      expect(status).to.equal(400);
      expect(headers['set-cookie']).to.equal(undefined);
    });
  }

  it('changes nothing on a GET', async () => {
    const { headers, status } = await createVisitor(server.origin).get('/locale?locale=nl');
    expect(status).to.equal(404);
    expect(headers['set-cookie']).to.equal(undefined);
  });

  it('derives the return path from the path of the request, never from its host [A75]', async () => {
    const page = await createVisitor(server.origin, {
      headers: { host: 'evil.test', 'x-forwarded-host': 'evil.test' },
    }).get('/interaction/sample/sign-in');
    expect(page.$('[name=return_to]').attr('value')).to.equal('/interaction/sample/sign-in');
    expect(page.text).not.to.include('evil.test');
  });
});
