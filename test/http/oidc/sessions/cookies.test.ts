/** The cookies of a sign-in: how they are set, and what is made of those that somebody else made. */
import { expect } from 'chai';
import { CALLBACK, PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { rawRequest } from '../../../support/process/raw-request.ts';
import { createVisitor, type Visitor } from '../../../support/visitor.ts';
import { errorOf, interaction, nextCode, tokensFor } from '../story.ts';

const REQUEST = `/auth?${new URLSearchParams({
  client_id: 'rp',
  response_type: 'code',
  scope: 'openid',
  redirect_uri: CALLBACK,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})}`;

interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly attributes: ReadonlyMap<string, string>;
}

function parsed(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(/; */);
  const split = (text: string): [string, string] => {
    const atMs = text.indexOf('=');
    return atMs < 0 ? [text.toLowerCase(), ''] : [text.slice(0, atMs).toLowerCase(), text.slice(atMs + 1)];
  };
  const name = pair.slice(0, pair.indexOf('='));
  return { name, value: pair.slice(name.length + 1), attributes: new Map(rest.map(split)) };
}

/** A whole sign-in with two factors, a change of language and a sign-out: every cookie that was set on the way. */
async function cookiesOf(visitor: Visitor, code: () => string): Promise<SetCookie[]> {
  const lines: string[] = [];
  const see = (page: Page) => {
    lines.push(...(page.headers['set-cookie'] ?? []));
    return page;
  };
  const walk = async (first: Page): Promise<Page> => {
    let page = see(first);
    while (page.location?.startsWith(new URL(page.url).origin)) page = see(await visitor.get(page.location));
    return page;
  };
  const signIn = await walk(await visitor.get(REQUEST));
  const enter = await walk(await visitor.submit(signIn, { email: 'app@open.test', password: PASSWORD }));
  await walk(await visitor.submit(enter, {}, 'locale'));
  await walk(await visitor.submit(enter, { code: code() }));
  const signOut = await walk(await visitor.get('/session/end'));
  await walk(await visitor.submit(signOut, {}, 'logout'));
  return lines.map(parsed);
}

describe('cookies over http', () => {
  const at = interaction();

  it('are HttpOnly, SameSite and without a Domain attribute [A94]', async () => {
    const cookies = await cookiesOf(at.app.visitor(), () => nextCode(at.app));
    const names = new Set(cookies.map(({ name }) => name));
    expect([...names]).to.include.members(['_session', '_session.sig', '_interaction', '_resume', 'known']);
    for (const { name, attributes } of cookies) {
      expect([...attributes.keys()], name).to.include.members(['httponly', 'samesite', 'path']);
      expect(attributes.get('samesite')?.toLowerCase(), name).to.equal('lax');
      expect([...attributes.keys()], name).not.to.include('domain');
      expect([...attributes.keys()], name).not.to.include('secure');
    }
  });

  it('of an interaction are limited to its path, and the session ends with the browser [A94]', async () => {
    const cookies = await cookiesOf(at.app.visitor(), () => nextCode(at.app));
    for (const { name, value, attributes } of cookies) {
      if (value === '') continue;
      if (name === '_interaction') expect(attributes.get('path')).to.equal(`/interaction/${value}`);
      if (name === '_resume') expect(attributes.get('path')).to.equal(`/auth/${value}`);
      if (name === '_session') expect([...attributes.keys()]).not.to.include.members(['expires', 'max-age']);
    }
  });

  it('are refused when they are unsigned, foreign or swapped [A8]', async () => {
    const visitor = at.app.visitor();
    const page = await visitor.open(REQUEST);
    const own = visitor.jar.getCookieStringSync(page.url);
    const uid = /_interaction=([^;]+)/.exec(own)?.[1] ?? '';
    const other = at.app.visitor();
    const otherPage = await other.open(REQUEST);
    const foreign = other.jar.getCookieStringSync(otherPage.url);
    for (const cookie of [
      `_interaction=${uid}`,
      `_interaction=${uid}; _interaction.sig=`,
      `_interaction=${uid}; _interaction.sig=${'A'.repeat(27)}`,
      own.replace(/_interaction\.sig=[^;]+/, /_interaction\.sig=[^;]+/.exec(foreign)?.[0] ?? ''),
      foreign,
      '',
    ]) {
      const answer = await visitor.get(page.url, { cookie });
      expect(answer, cookie).to.include({ status: 400, name: 'error' });
    }
    expect(await visitor.get(page.url)).to.include({ status: 200, name: 'sign-in' });
  });

  it('of a forged session sign nobody in [A8]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const own = visitor.jar.getCookieStringSync(at.app.origin);
    const id = /_session=([^;]+)/.exec(own)?.[1] ?? '';
    const signature = /_session\.sig=([^;]+)/.exec(own)?.[1] ?? '';
    for (const cookie of [
      `_session=${id}`,
      `_session=${id}; _session.sig=${signature.split('').reverse().join('')}`,
      `_session=${id}x; _session.sig=${signature}`,
      `__Host-session=${id}; __Host-session.sig=${signature}`,
    ]) {
      const answer = await at.app.visitor().get(await at.rp.authorizationUrl({ prompt: 'none' }), { cookie });
      expect(errorOf(answer), cookie).to.equal('login_required');
    }
  });

  const strange: Readonly<Record<string, string>> = {
    malformed: '=;;; ===; ,,; =a; a',
    truncated: '_session=abc; _session.si',
    'not UTF-8': '_session=\xff\xfe\x80; _session.sig=\xc3\x28',
    'named like a prototype': '__proto__=1; constructor=2; _session.__proto__=3; toString=4',
    'percent-encoded in vain': '_session=%E0%A4%A; _interaction=%zz; locale=%',
    quoted: '_session="a\\"b"; _session.sig="; known="',
    'very long': `_session=${'a'.repeat(8000)}`,
    'three hundred': Array.from({ length: 300 }, (_, n) => `c${n}=v${n}`).join('; '),
    'the same name many times': Array.from({ length: 100 }, () => '_session=a').join('; '),
  };
  for (const [what, cookie] of Object.entries(strange)) {
    it(`${what} are treated as absent [R33]`, async () => {
      const port = Number(new URL(at.app.origin).port);
      for (const path of [REQUEST, '/account/security', '/session/end', '/me', '/demo', '/token']) {
        const { status = 0 } = await rawRequest(port, { path, headers: { cookie, accept: 'text/html' } });
        expect(status, path).to.be.below(500);
      }
      const { status, headers } = await rawRequest(port, { path: REQUEST, headers: { cookie } });
      expect(status).to.equal(303);
      expect(headers.location).to.match(/^\/interaction\//);
    });
  }

  it('work beside malformed ones [R33]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const own = visitor.jar.getCookieStringSync(at.app.origin);
    const url = await at.rp.authorizationUrl({ prompt: 'none' });
    const answer = await visitor.get(url, { cookie: `__proto__=1; x=%; ${own}; y="` });
    expect(errorOf(answer)).to.equal(null);
  });
});

describe('cookies over https, behind a proxy', () => {
  const at = interaction(() => ({
    environment: 'development',
    issuer: 'https://op.test',
    listen: { trusted_proxies: 1 },
  }));

  const visitor = () => createVisitor('https://op.test', { via: at.app.origin, stopAt: 'http://rp.test' });

  it('are Secure and bound to the host by their names [A94]', async () => {
    const cookies = await cookiesOf(visitor(), () => nextCode(at.app));
    const names = new Set(cookies.map(({ name }) => name));
    expect([...names]).to.include.members(['__Host-session', '__Host-session.sig', '__Secure-interaction']);
    const own = ['known', 'last-email', 'locale', 'locale-choice', 'sign-out', 'applications'];
    expect([...names]).to.include.members(own.map((name) => `__Host-${name}`));
    expect([...names].some((name) => name.startsWith('__Host-second-factor-begun-'))).to.equal(true);
    for (const { name, attributes } of cookies) {
      expect(name).to.match(/^__(Host|Secure)-/);
      expect([...attributes.keys()], name).to.include.members(['secure', 'httponly', 'samesite']);
      expect([...attributes.keys()], name).not.to.include('domain');
      if (name.startsWith('__Host-')) expect(attributes.get('path'), name).to.equal('/');
    }
  });

  it('carry a language and a sign-in, unlike those of http [A94]', async () => {
    const person = visitor();
    await person.post('/locale', { locale: 'nl' });
    const dutch = await person.open(REQUEST);
    expect(dutch.$('html').attr('lang')).to.equal('nl');
    const end = await person.signIn('new@open.test', PASSWORD);
    expect(errorOf(end)).to.equal(null);
    const own = person.jar.getCookieStringSync('https://op.test/');
    const renamed = own.replaceAll('__Host-session', '_session');
    const answer = await visitor().get(`${REQUEST}&prompt=none`, { cookie: renamed });
    expect(errorOf(answer)).to.equal('login_required');
    expect(errorOf(await person.open(`${REQUEST}&prompt=none`))).to.equal(null);
  });
});
