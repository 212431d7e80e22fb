/** Cookies that somebody else has planted in a browser, from a sibling host: they win nobody a sign-in. */
import { expect } from 'chai';
import { type App, PASSWORD, startApp } from '../../support/app.ts';
import type { Page } from '../../support/page.ts';
import type { RelyingParty } from '../../support/relying-party.ts';
import type { Visitor } from '../../support/visitor.ts';

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

  it('A8 of an interaction, behind the own one, change nothing', async () => {
    const [attacker, victim] = [await atSignIn(), await atSignIn()];
    const cookie = `${victim.cookies}; ${attacker.cookies}`;
    expect((await victim.visitor.get(victim.page.url, { cookie })).name).to.equal('sign-in');
    const answer = await victim.visitor.post(victim.page.form(fields).action, sent(victim), { cookie });
    const end = await victim.visitor.follow(answer);
    await rp.exchange(end.location ?? '');
  });

  it('A8 of an interaction, in front of the own one, end in a refusal and not in the attacker’s sign-in', async () => {
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

  /** What the one who set the trap does before somebody walks into it. */
  const traps: Readonly<Record<string, (attacker: Visitor, lure: Page) => Promise<unknown>>> = {
    'left as it was': async () => null,
    'cancelled before': (attacker, lure) => attacker.submit(lure, {}, 'cancel'),
    'finished before, as somebody else': (attacker, lure) =>
      attacker.submit(lure, { email: 'boss@plain.test', password: PASSWORD }),
  };
  for (const client of ['rp', 'third']) {
    for (const [what, prepare] of Object.entries(traps)) {
      it(`A7 of somebody else’s whole interaction do not bring them the sign-in made in it: ${client}, ${what}`, async () => {
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

  it('A90 of a language lead nowhere and say nothing', async () => {
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
    it(`A75 the switch of the language sends nobody away: ${JSON.stringify(address)}`, async () => {
      const visitor = app.visitor();
      const page = await visitor.post('/locale', { locale: 'nl', return_to: address });
      expect(page.status).to.equal(303);
      expect(new URL(page.headers.location ?? '', app.origin).origin).to.equal(app.origin);
      expect(page.headers).not.to.have.any.keys('x');
      expect(String(page.headers['set-cookie'])).not.to.include('x=1');
    });
  }
});
