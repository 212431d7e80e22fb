/** The visitor of the tests behaves as a browser does: otherwise what it proves is worth little. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createPage } from './pages/page.ts';
import { createVisitor } from './visitor.ts';

function page(html: string) {
  return createPage({ url: 'http://op.test/interaction/1/code?x=1', status: 200, headers: {}, text: html });
}

const ENTER_CODE = `<!doctype html><body data-page="enter-code">
  <header><form method="post" action="/language"><button name="locale" value="nl">Nederlands</button></form></header>
  <main>
    <p role="alert" data-error="code_invalid">No.</p>
    <strong data-mark="destination"> b•••@acme.test </strong>
    <form method="post" action="verify"><input type="hidden" name="token" value="t&amp;1"><input name="code">
      <input type="checkbox" name="trust_device" value="yes"><button>Verify</button>
      <button name="resend" value="1" formaction="resend">Send again</button></form>
    <a href="choose-method">Another way</a>
    <form method="post" action="/cancel"><input type="hidden" name="token" value="t2"><button>Cancel</button></form>
  </main>`;

describe('a page as a visitor sees it', () => {
  it('has a name, an error, marks and links', () => {
    const found = page(ENTER_CODE);
    expect(found.name).to.equal('enter-code');
    expect(found.error).to.equal('code_invalid');
    expect(found.mark('destination')).to.equal('b•••@acme.test');
    expect(found.link('choose-method')).to.equal('http://op.test/interaction/1/choose-method');
    expect(found.link('forgot-password')).to.equal(null);
    expect(() => found.mark('secret')).to.throw('secret');
  });

  it('fills the form that has the field, with hidden fields and without unticked boxes', () => {
    const { method, action, body } = page(ENTER_CODE).form({ code: '123 456' });
    expect(method).to.equal('POST');
    expect(action).to.equal('http://op.test/interaction/1/verify');
    expect([...body]).to.deep.equal([
      ['token', 't&1'],
      ['code', '123 456'],
    ]);
  });

  it('presses the named button, with its value and action', () => {
    const { action, body } = page(ENTER_CODE).form({}, 'resend');
    expect(action).to.equal('http://op.test/interaction/1/resend');
    expect(body.get('resend')).to.equal('1');
    expect(page(ENTER_CODE).form({}, 'locale').action).to.equal('http://op.test/language');
    expect(() => page(ENTER_CODE).form({}, 'later')).to.throw('later');
  });

  it('sends a field twice, or one that the form does not have, when told to', () => {
    const { body } = page(ENTER_CODE).form({ code: ['1', '2'], amr: 'mfa' });
    expect(body.getAll('code')).to.deep.equal(['1', '2']);
    expect(body.get('amr')).to.equal('mfa');
  });

  it('drops a nested form, as a browser does', () => {
    const nested = page('<form action="/a"><form action="/b"><input name="code"></form></form>');
    expect(nested.form({ code: '1' }).action).to.equal('http://op.test/a');
  });
});

describe('the visitor of the tests', () => {
  let server: Server;
  let origin: string;
  const seen: { line: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];

  const ROUTES: Record<string, [number, Record<string, string | string[]>, string]> = {
    'GET /start': [303, { location: '/form', 'set-cookie': ['a=1; Path=/', 'b=2; Path=/elsewhere'] }, ''],
    'GET /form': [
      200,
      { 'content-type': 'text/html' },
      '<body data-page="sign-in"><form method="post"><input name="email"><input name="password" type="password"><button>Go</button></form>',
    ],
    'POST /form': [
      303,
      { location: '/callback?code=c', 'set-cookie': ['a=; Path=/; Max-Age=0', 's=3; Secure'] },
      '',
    ],
    'GET /callback?code=c': [303, { location: 'https://rp.test/cb' }, ''],
    'GET /moved': [307, { location: '/form' }, ''],
  };

  before((done) => {
    server = createServer(async (incoming, response) => {
      const line = `${incoming.method} ${incoming.url}`;
      const body = (await incoming.toArray()).join('');
      seen.push({ line, headers: incoming.headers, body });
      const [status, headers, text] = ROUTES[line] ?? [404, {}, ''];
      response.writeHead(status, headers).end(text);
    });
    server.listen(0, '127.0.0.1', () => {
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  beforeEach(() => seen.splice(0));
  after((done) => {
    server.close(done);
  });

  it('keeps cookies by path and time, and fills in a sign-in form', async () => {
    const visitor = createVisitor(origin);
    const form = await visitor.open('/start');
    expect(form.name).to.equal('sign-in');
    expect(seen[1]?.headers.cookie).to.equal('a=1');
    const end = await visitor.signIn('bob@acme.test', 'correct horse');
    expect(end.location).to.equal('https://rp.test/cb');
    expect(visitor.page).to.equal(end);
    const posted = seen[2];
    expect(posted?.body).to.equal('email=bob%40acme.test&password=correct+horse');
    expect(posted?.headers).to.include({ origin, 'sec-fetch-site': 'same-origin' });
    // A loopback address is trustworthy without TLS: a Secure cookie is kept.
    expect(seen[3]?.headers.cookie).to.equal('s=3');
  });

  it('stops before a redirect URI of the test, and at a redirect that would resend a form', async () => {
    const visitor = createVisitor(origin, { stopAt: `${origin}/callback` });
    await visitor.open('/form');
    const end = await visitor.signIn('bob@acme.test', 'x');
    expect(end.location).to.equal(`${origin}/callback?code=c`);
    expect(await visitor.open('/moved').catch(String)).to.include('307');
    expect(await visitor.signIn('bob@acme.test', 'x').catch(String)).to.include("Can't sign in");
  });

  it('sends the given headers, and omits those that are null', async () => {
    const visitor = createVisitor(origin, { headers: { 'Accept-Language': 'nl' } });
    await visitor.post('/form', { email: 'x' }, { 'Sec-Fetch-Site': null, Origin: 'https://evil.test' });
    expect(seen[0]?.headers).to.include({ origin: 'https://evil.test', 'accept-language': 'nl' });
    expect(seen[0]?.headers).not.to.have.property('sec-fetch-site');
  });

  it('goes on to another origin that it may visit, and tells which page led there', async () => {
    const other = origin.replace('127.0.0.1', 'localhost');
    const visitor = createVisitor(origin, { alsoAt: [other] });
    await visitor.open('/form');
    await visitor.open(`${other}/start`);
    expect(seen.map(({ line, headers }) => [line, headers.host, headers['sec-fetch-site']])).to.deep.equal([
      ['GET /form', origin.slice('http://'.length), 'same-origin'],
      ['GET /start', other.slice('http://'.length), 'cross-site'],
      ['GET /form', other.slice('http://'.length), 'cross-site'],
    ]);
    await visitor.signIn('bob@acme.test', 'x');
    expect(seen[3]?.headers).to.include({ origin: other, 'sec-fetch-site': 'same-origin' });
    expect(visitor.page.location).to.equal('https://rp.test/cb');
  });

  it('visits an https origin through its proxy', async () => {
    const visitor = createVisitor('https://op.test', { via: origin });
    const answer = await visitor.open('/start');
    expect(answer.url).to.equal('https://op.test/form');
    expect(seen[0]?.headers).to.include({ host: 'op.test', 'x-forwarded-proto': 'https' });
  });
});
