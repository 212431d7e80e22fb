/** Cookies that somebody else has planted in a browser, from a sibling host: they win nobody a sign-in. */
import { expect } from 'chai';
import { type App, PASSWORD, startApp } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { totpCode } from '../../support/totp.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { answerOf, errorOf, interaction, MFA, setUpApp } from '../oidc/story.ts';

describe('planted cookies', () => {
  let app: App;
  let rp: RelyingParty;
  before(async () => {
    app = await startApp();
    rp = await app.relyingParty();
  });
  after(() => app.stop());

  interface Browser {
    readonly visitor: Visitor;
    readonly page: Page;
    /** As it sends them to that page. */
    readonly cookies: string;
  }

  async function atSignIn(): Promise<Browser> {
    const visitor = app.visitor();
    const page = await visitor.open(await rp.authorizationUrl());
    return { visitor, page, cookies: visitor.jar.getCookieStringSync(page.url) };
  }

  const fields = { email: 'new@plain.test', password: PASSWORD };
  const sent = ({ page }: Browser) => Object.fromEntries(page.form(fields).body);

  it('of an interaction change nothing behind the own one [A8]', async () => {
    const [attacker, victim] = [await atSignIn(), await atSignIn()];
    const cookie = `${victim.cookies}; ${attacker.cookies}`;
    expect((await victim.visitor.get(victim.page.url, { cookie })).name).to.equal('sign-in');
    const answer = await victim.visitor.post(victim.page.form(fields).action, sent(victim), { cookie });
    const end = await victim.visitor.follow(answer);
    await rp.exchange(end.location ?? '');
  });

  it('of an interaction cause a refusal before the own one, not the attacker’s sign-in [A8]', async () => {
    const [attacker, victim] = [await atSignIn(), await atSignIn()];
    const cookie = `${attacker.cookies}; ${victim.cookies}`;
    expect(await victim.visitor.get(victim.page.url, { cookie })).to.include({ status: 400, name: 'error' });
    const answer = await victim.visitor.post(victim.page.form(fields).action, sent(victim), { cookie });
    expect(answer).to.include({ status: 400, name: 'error' });

    const uid = new URL(attacker.page.url).pathname.split('/')[2] ?? '';
    expect((await attacker.visitor.open(`/auth/${uid}`)).location ?? '').not.to.include('code=');
    expect((await attacker.visitor.open('/account')).name).to.equal('sign-in');
    const own = await victim.visitor.follow(await victim.visitor.submit(victim.page, fields));
    expect(own.location).to.include('code=');
  });

  /** The attacker's steps before the victim follows the link. */
  const traps: Readonly<Record<string, (attacker: Visitor, lure: Page) => Promise<unknown>>> = {
    'left as it was': async () => null,
    'cancelled before': (attacker, lure) => attacker.submit(lure, {}, 'cancel'),
    'finished before, as somebody else': (attacker, lure) =>
      attacker.submit(lure, { email: 'boss@plain.test', password: PASSWORD }),
  };
  for (const client of ['rp', 'third']) {
    for (const [what, prepare] of Object.entries(traps)) {
      it(`of an attacker’s interaction do not give the attacker the victim’s sign-in: ${client}, ${what} [A7]`, async () => {
        const party = await app.relyingParty(client);
        const attacker = app.visitor();
        const lure = await attacker.open(await party.authorizationUrl({ scope: 'openid email' }));
        const uid = new URL(lure.url).pathname.split('/')[2] ?? '';
        await prepare(attacker, lure);
        const victim = app.visitor();
        for (const cookie of attacker.jar.getCookiesSync(lure.url))
          victim.jar.setCookieSync(cookie, lure.url);
        const page = await victim.get(`/interaction/${uid}/sign-in`);
        const finished = await victim.submit(page, fields);
        expect(finished.location).to.equal(`${app.origin}/auth/${uid}`);

        const stolen = await attacker.open(`/auth/${uid}`);
        expect(stolen).to.include({ status: 400, name: 'error', location: null });
        expect((await attacker.open('/account')).name).to.equal('sign-in');
        const silent = await attacker.open(await rp.authorizationUrl({ prompt: 'none' }));
        expect(silent.location).to.include('error=login_required');
      });
    }
  }

  it('of an attacker’s interaction reveal nothing of an enrolment in it [A7 A52]', async () => {
    const attacker = app.visitor();
    const lure = await attacker.open(await rp.authorizationUrl());
    const { url: base } = lure;
    const planted = attacker.jar.getCookiesSync(lure.url);
    const victim = app.visitor();
    for (const cookie of planted) victim.jar.setCookieSync(cookie, lure.url);
    await victim.get(`${base}/sign-in`);
    const page = await victim.signIn('new@strict.test', PASSWORD);
    expect(page.name).to.equal('set-up-totp');

    const secret = page.mark('secret').replaceAll(' ', '');
    const form = Object.fromEntries(page.form({ code: totpCode(secret, app.clock.now()) }).body);
    const typed = await attacker.post(page.url, form);
    expect([typed.status, typed.error]).to.deep.equal([403, 'forbidden']);
    const codes = await victim.follow(await victim.post(page.url, form));
    expect(codes.marks('recovery-code')).to.have.length(10);
    for (const path of ['', '/set-up/totp', '/set-up/recovery-codes', '/verify/totp']) {
      const spied = await attacker.open(`${base}/second-factor${path}`);
      expect([spied.name, spied.marks('secret'), spied.marks('recovery-code')], path).to.deep.equal([
        'sign-in',
        [],
        [],
      ]);
    }
    const put = await attacker.post(codes.url, Object.fromEntries(codes.form({}, 'saved').body));
    expect([put.status, put.error]).to.deep.equal([403, 'forbidden']);
    const end = await victim.submit(codes, {}, 'saved');
    expect(end.location).to.equal(base.replace('/interaction/', '/auth/'));
  });

  it('reveal nothing of one person after another person’s password in the same interaction [A7]', async () => {
    const attacker = app.visitor();
    const lure = await attacker.open(await rp.authorizationUrl());
    const { url: base } = lure;
    const victim = app.visitor();
    for (const cookie of attacker.jar.getCookiesSync(lure.url)) victim.jar.setCookieSync(cookie, lure.url);
    const own = await attacker.signIn('boss@strict.test', PASSWORD);
    expect(own.name).to.equal('set-up-totp');
    await victim.get(`${base}/sign-in`);
    expect((await victim.signIn('app@strict.test', PASSWORD)).name).to.equal('enter-code');
    expect((await attacker.open(`${base}/second-factor`)).name).to.equal('sign-in');
    expect((await victim.open(`${base}/second-factor/verify/totp`)).name).to.equal('enter-code');
  });

  it('of a step-up accept no answer from another browser than that of the session [A7]', async () => {
    // The attacker knows the password alone, which is enough to sign in here.
    const attacker = app.visitor();
    await attacker.open(await rp.authorizationUrl());
    expect((await attacker.signIn('new@open.test', PASSWORD)).location).to.include('code=');
    const lure = await attacker.open(await rp.authorizationUrl({ acr_values: MFA }));
    expect(lure.name).to.equal('set-up-choose');
    const planted = attacker.jar.getCookiesSync(lure.url).filter(({ path }) => path !== '/');

    const own = app.visitor();
    await own.open(await rp.authorizationUrl());
    await own.signIn('new@open.test', PASSWORD);
    for (const victim of [app.visitor(), own]) {
      for (const cookie of planted) victim.jar.setCookieSync(cookie, lure.url);
      expect(await victim.open(lure.url)).to.include({
        status: 400,
        name: 'error',
        error: 'session_expired',
      });
      const answer = await victim.post(lure.url, Object.fromEntries(lure.form({ method: 'totp' }).body));
      expect(answer).to.include({ status: 400, name: 'error' });
    }
    expect((await attacker.open(lure.url)).name).to.equal('set-up-choose');
  });

  it('of a step-up do not pass for its session under a prefix that a sibling host may use [A7]', async () => {
    const attacker = app.visitor();
    await attacker.open(await rp.authorizationUrl());
    await attacker.signIn('new@open.test', PASSWORD);
    const lure = await attacker.open(await rp.authorizationUrl({ acr_values: MFA }));
    const planted = attacker.jar
      .getCookiesSync(lure.url)
      .map(({ key, value }) => `${key === '_session' ? '__Secure-_session' : key}=${value}`);
    const victim = app.visitor();
    await victim.open(await rp.authorizationUrl());
    await victim.signIn('boss@open.test', PASSWORD);
    const cookie = [victim.jar.getCookieStringSync(lure.url), ...planted].join('; ');
    expect(await victim.get(lure.url, { cookie })).to.include({ status: 400, error: 'session_expired' });
  });

  it('do not stop a session that was stepped up in another window [A7]', async () => {
    const visitor = app.visitor();
    await visitor.open(await rp.authorizationUrl());
    await visitor.signIn('boss@open.test', PASSWORD);
    const here = await visitor.open(await rp.authorizationUrl({ acr_values: MFA }));
    const before = visitor.jar.getCookiesSync(app.origin).find(({ key }) => key === '_session')?.value;
    await visitor.open(await rp.authorizationUrl({ acr_values: MFA }));
    expect(errorOf((await setUpApp(app, visitor)).end)).to.equal(null);
    const after = visitor.jar.getCookiesSync(app.origin).find(({ key }) => key === '_session')?.value;
    expect(after, 'the cookie').not.to.equal(before);
    // The second factor that this sign-in asked for was given in the other one.
    expect(answerOf(await visitor.open(here.url)).has('code')).to.equal(true);
  });

  it('leave the binding cookie HttpOnly and limited to the pages of its sign-in [A94]', async () => {
    const visitor = app.visitor();
    const lure = await visitor.open(await rp.authorizationUrl());
    await visitor.signIn('app@strict.test', PASSWORD);
    const path = `${new URL(lure.url).pathname}/second-factor`;
    const begun = visitor.jar.getCookiesSync(app.origin + path).filter(({ key }) => key.includes('-begun-'));
    expect(begun.map((each) => [each.path, each.httpOnly, each.sameSite, each.secure])).to.deep.equal([
      [path, true, 'lax', false],
    ]);
  });

  it('of a language cause no redirect and no output [A90]', async () => {
    for (const locale of ['../../etc/passwd', '__proto__', 'constructor', 'nl; x', '<script>', 'xx']) {
      const page = await app.visitor().get('/demo', { cookie: `locale=${encodeURIComponent(locale)}` });
      expect(page.status, locale).to.equal(200);
      expect(page.$('html').attr('lang'), locale).to.equal('en');
    }
  });

  const addresses = [
    '//evil.test',
    '/\\evil.test',
    'https://evil.test/',
    '/\t/evil.test',
    '/%0d%0aSet-Cookie:x=1',
    'javascript:alert(1)',
    '\\\\evil.test',
    '/.//evil.test',
    '//',
    '/a\r\nX: y',
    '/demo',
  ];
  for (const address of addresses) {
    it(`cause no foreign redirect at the switch of the language: ${JSON.stringify(address)} [A75]`, async () => {
      const visitor = app.visitor();
      const page = await visitor.post('/locale', { locale: 'nl', return_to: address });
      expect(page.status).to.equal(303);
      expect(new URL(page.headers.location ?? '', app.origin).origin).to.equal(app.origin);
      expect(page.headers).not.to.have.any.keys('x');
      expect(String(page.headers['set-cookie'])).not.to.include('x=1');
    });
  }
});

describe('planted cookies over https', () => {
  const at = interaction(() => ({
    environment: 'development',
    issuer: 'https://op.test',
    listen: { trusted_proxies: 1 },
  }));

  const visitor = () => createVisitor('https://op.test', { via: at.app.origin, stopAt: 'http://rp.test' });

  /** A browser with the cookies that a sibling host can set: none whose name begins with `__Host-`. */
  function planted(attacker: Visitor, url: string): Visitor {
    const victim = visitor();
    for (const cookie of attacker.jar.getCookiesSync(url))
      if (!cookie.key.startsWith('__Host-')) victim.jar.setCookieSync(cookie, url);
    return victim;
  }

  it('of a sign-in with an accepted password open none of its pages elsewhere [A7]', async () => {
    const attacker = visitor();
    await attacker.open('/account');
    const { name, url } = await attacker.signIn('new@strict.test', PASSWORD);
    expect(name).to.equal('set-up-totp');
    const page = await planted(attacker, url).open(url);
    expect([page.name, page.marks('secret')]).to.deep.equal(['sign-in', []]);
    expect((await attacker.open(url)).name).to.equal('set-up-totp');
  });

  it('leave at most eight bindings of finished sign-ins in a browser', async () => {
    const person = visitor();
    for (let each = 0; each < 10; each += 1) {
      await person.open('/account');
      expect((await person.signIn('boss@plain.test', PASSWORD)).name).to.equal('account');
      person.jar.setCookieSync('__Host-session=; Path=/; Secure; Max-Age=0', 'https://op.test');
    }
    const names = person.jar.getCookiesSync('https://op.test').map(({ key }) => key);
    expect(names.filter((key) => key.startsWith('__Host-second-factor-finished-'))).to.have.length(8);
  });

  it('of a finished sign-in do not sign its account in where a sibling host has set them [A118]', async () => {
    const attacker = visitor();
    const page = await attacker.open('/account');
    const finished = await attacker.submit(page, { email: 'boss@plain.test', password: PASSWORD });
    const resume = finished.location ?? '';
    expect(new URL(resume).pathname).to.match(/^\/auth\/[\w-]+$/);
    const victim = planted(attacker, resume);
    await victim.open(resume);
    expect((await victim.open('/account')).name).to.equal('sign-in');
    await attacker.open(resume);
    expect((await attacker.open('/account')).name).to.equal('account');
  });
});
