import { expect } from 'chai';
import Koa from 'koa';
import { crossSite, RequestRefused } from '../../../src/http/middleware/cross-site.ts';
import { answerOf, type RawAnswer, type RawRequest } from '../../support/process/raw-request.ts';

const ORIGIN = 'https://id.example';

type Headers = Readonly<Record<string, string>>;

const ACCEPTED: readonly (readonly [string, Headers])[] = [
  ['a form of our own page', { 'Sec-Fetch-Site': 'same-origin', Origin: ORIGIN }],
  ['a form sent again by the person', { 'Sec-Fetch-Site': 'none' }],
  ['an older browser with Origin', { Origin: ORIGIN }],
  ['an older browser with Referer alone', { Referer: `${ORIGIN}/interaction/1?a=b` }],
];

const REFUSED: readonly (readonly [string, Headers])[] = [
  ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ['another site that claims our origin', { 'Sec-Fetch-Site': 'cross-site', Origin: ORIGIN }],
  ['a sibling domain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://www.id.example' }],
  ['a value that does not exist', { 'Sec-Fetch-Site': 'same-origin, cross-site' }],
  [
    'another origin that claims our site',
    { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' },
  ],
  ['another origin', { Origin: 'https://evil.example' }],
  ['another scheme', { Origin: 'http://id.example' }],
  ['another port', { Origin: `${ORIGIN}:8443` }],
  ['an origin that begins with ours', { Origin: `${ORIGIN}.evil.example` }],
  ['a sandboxed frame', { Origin: 'null' }],
  ['a sandboxed frame with a Referer', { Origin: 'null', Referer: `${ORIGIN}/` }],
  ['another origin with our Referer', { Origin: 'https://evil.example', Referer: `${ORIGIN}/` }],
  ['another Referer', { Referer: `https://evil.example/?from=${ORIGIN}/` }],
  ['a Referer that is no address', { Referer: 'id.example' }],
  ['our origin in the Host alone', { Host: 'id.example' }],
  ['no header at all', {}],
];

describe('the cross-site check', () => {
  for (const [who, headers] of ACCEPTED) {
    it(`accepts a POST from ${who} [A56]`, async () => {
      expect((await answerTo({ headers })).status).to.equal(200);
    });
  }

  for (const [who, headers] of REFUSED) {
    it(`refuses a POST from ${who} [A56 A57]`, async () => {
      const { status, body } = await answerTo({ headers });
      expect({ status, body }).to.deep.equal({ status: 403, body: 'forbidden' });
    });
  }

  it('leaves a POST to an unknown path without an answer, and never gives it to a route [A56]', async () => {
    for (const headers of [{ Origin: ORIGIN }, { Origin: 'https://evil.example' }]) {
      expect((await answerTo({ headers, path: '/nowhere' }, '/nowhere')).status).to.equal(404);
      expect((await answerTo({ headers, path: '/nowhere', method: 'PUT' }, '/nowhere')).status).to.equal(405);
    }
  });

  it('allows GET and HEAD from everywhere', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://rp.example' };
    expect((await answerTo({ method: 'GET', headers })).status).to.equal(200);
    expect((await answerTo({ method: 'HEAD', headers })).status).to.equal(200);
  });

  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    it(`answers 405 to ${method}, also from the own origin, and offers no CORS [A56 A101]`, async () => {
      const { status, headers } = await answerTo({ method, headers: { Origin: ORIGIN } });
      expect(status).to.equal(405);
      expect(headers.allow).to.equal('GET, HEAD, POST');
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    });
  }
});

/** A POST unless it says otherwise, to an application that has the middleware and Koa's own error page. */
function answerTo(request: RawRequest, unknown = ''): Promise<RawAnswer> {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      ctx.status = error.status;
      ctx.set(error.headers);
      ctx.body = error.refusal.code;
    }
  });
  app.use(crossSite({ origin: ORIGIN, isKnown: (path) => path !== unknown }));
  app.use((ctx) => {
    ctx.body = 'done';
  });
  return answerOf(app.callback(), { method: 'POST', path: '/sign-in', ...request });
}
